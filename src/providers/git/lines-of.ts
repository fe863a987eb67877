/** Of one line; the rest of it is let go: a name in a .mailmap may be as long as its author likes. */
const MAX_LINE_LENGTH = 20_000;

/**
 * The lines of a running git's output, as they come; bytes that are no UTF-8 become U+FFFD.
 * @param maxLength What is beyond it in a line is let go, in characters.
 */
export async function* linesOf(
  git: AsyncIterable<Buffer>,
  maxLength = MAX_LINE_LENGTH,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let begun = '';
  for await (const chunk of git) {
    // Only what is new is looked through: a line that comes in many chunks is read once.
    const [first = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n');
    begun = begun.length < maxLength ? begun + first : begun;
    for (const line of lines) {
      yield begun.slice(0, maxLength);
      begun = line;
    }
  }
}
