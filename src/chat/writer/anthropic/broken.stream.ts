/** An answer that broke off, or cannot be read as one: another may come through. */
export class BrokenStream extends Error {
  /** @param cause Told by its name and code alone: a parser's message quotes what it read. */
  constructor(cause?: unknown) {
    super(['The answer broke off', describe(cause)].filter(Boolean).join(': '));
    this.name = 'BrokenStream';
  }
}

/** undici tells of a connection that was lost in `cause` of a TypeError "terminated". */
const describe = (cause: unknown): string => {
  if (!(cause instanceof Error)) return '';
  const inner = cause.cause instanceof Error ? cause.cause : cause;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return [inner.name, code].filter(Boolean).join(' ');
};
