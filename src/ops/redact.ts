const REDACTED = '[redacted]';
/** Deeper things are left out of the log. */
const MAX_DEPTH = 6;

/** Names of fields and headers whose text is a secret, wherever they stand. */
const SECRET_NAME =
  /authorization|cookie|token|ticket|password|passwd|secret|api[-_]?key|credential|sec-websocket-protocol/i;

/** Secrets that are known by their looks: tokens of the providers, JWTs, keys, and values in URLs. */
const SECRET_TEXT =
  /\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|oas|ptt)-[\w.-]{16,}|sk-[\w-]{16,}|eyJ[\w-]{16,}(?:\.[\w-]*)*|ticket\.[\w-]{43})|(?<=\b(?:access_token|token|client_secret|code|key)=)[^&\s"']+|(?<=:\/\/)[^/@\s]+(?=@)/g;

/** A copy of what is to be logged, without secrets; errors become what an operator needs of them. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll(SECRET_TEXT, REDACTED);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return describe(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === 'string' && SECRET_NAME.test(name) ? REDACTED : redact(item, depth + 1),
    ]),
  );
}

/** Clients of the providers hang whole requests on their errors: only these fields are taken. */
function describe(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message: redact(message),
    code: redact(code, depth + 1),
    stack: redact(stack),
    ...(cause !== undefined && { cause: redact(cause, depth + 1) }),
  };
}
