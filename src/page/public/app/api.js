/**
 * @typedef {{ code: string, title: string, detail: string, hint?: string, status: number,
 *   retryAfter?: number, requestId?: string, errors?: { field: string, message: string }[] }} Problem
 */

/** What the server answered instead of what was asked for. */
class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Paths are relative to the page, so that both may live below any path of a host. */
const urlOf = (/** @type {string} */ path) => new URL(path, new URL('.', location.href));

/**
 * @typedef {{ method?: string, body?: object, token?: string, query?: Record<string, string>,
 *   headers?: Record<string, string>, signal?: AbortSignal }} CallOptions
 */

/**
 * Calls the server. Resolves to the parsed answer, or undefined where it has none.
 * @param {string} path
 * @param {CallOptions} [options]
 * @returns {Promise<any>}
 * @throws {ProblemError}
 */
export async function call(path, options = {}) {
  return answerIn(await request(path, 'application/json', options));
}

/**
 * Calls the server for an event stream; resolves to its text, piece by piece.
 * @param {string} path
 * @param {CallOptions} options
 * @returns {Promise<ReadableStream<string>>} It ends where the connection breaks.
 * @throws {ProblemError}
 */
export async function openStream(path, options) {
  const response = await request(path, 'text/event-stream', options);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream && response.body) return response.body.pipeThrough(new TextDecoderStream());
  await answerIn(response);
  throw new ProblemError(unexpected(response.status));
}

/**
 * @param {string} path
 * @param {string} accept
 * @param {CallOptions} options
 */
function request(path, accept, { method = 'GET', body, token, query, headers, signal }) {
  const url = urlOf(path);
  url.search = new URLSearchParams(query).toString();
  return send(url, {
    method,
    credentials: 'same-origin',
    headers: {
      accept,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal,
  });
}

/** @param {Response} response */
async function answerIn(response) {
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const answer = isJson ? await response.json() : undefined;
  if (response.ok) return answer;
  throw new ProblemError(answer?.code ? answer : unexpected(response.status));
}

/**
 * The address of a session's socket.
 * @param {string} sessionId
 */
export function socketUrl(sessionId) {
  const url = urlOf(`ws/${encodeURIComponent(sessionId)}`);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}

/**
 * @param {URL} url
 * @param {RequestInit} request
 */
async function send(url, request) {
  try {
    return await fetch(url, request);
  } catch {
    throw new ProblemError({
      code: 'unreachable',
      status: 0,
      title: 'The server cannot be reached',
      detail: 'There was no answer.',
      hint: 'Check the connection and that the server is running, then try again.',
    });
  }
}

/**
 * Something between this page and the server answered.
 * @param {number} status
 * @returns {Problem}
 */
const unexpected = (status) => ({
  code: 'unexpected',
  status,
  title: 'The answer was not expected',
  detail: `The server, or something before it, answered with status ${status}.`,
  hint: 'Try again in a moment.',
});

/**
 * Any error as a problem to show.
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  if (error instanceof ProblemError) return error.problem;
  reportError(error);
  return {
    code: 'page',
    status: 0,
    title: 'Something went wrong in this page',
    detail: error instanceof Error ? error.message : String(error),
    hint: 'Reload it and try again.',
  };
}

/** @param {unknown} error */
export const isSessionOver = (error) =>
  error instanceof ProblemError && ['session_over', 'unauthorized'].includes(error.problem.code);

/**
 * Whether the same may go well in a moment.
 * @param {Problem} problem
 */
export const isPassing = ({ status }) => status === 0 || status === 429 || status >= 500;
