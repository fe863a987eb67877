import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from './domain.error.js';
import { type Problem, toProblem } from './problem.js';

/** For what a client has to read the answer and hang up by itself. */
const HANG_UP_MS = 1_000;

/** Answers with a problem where there is no response, only a connection; and closes that. */
export function sendRawProblem(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      'Vary: Origin',
      ...(problem.requestId ? [`X-Request-Id: ${problem.requestId}`] : []),
      ...(problem.status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      ...(problem.retryAfter ? [`Retry-After: ${problem.retryAfter}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
  hangUp(socket);
}

/** Closes a connection whose last words are said: one that its client kept open would have no time-out. */
export function hangUp(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), HANG_UP_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** Answers a client whose request Node could not read to its end. @returns with what, if it can be. */
export function refuseUnreadable(
  error: Error & { readonly code?: string },
  socket: Duplex,
): Problem | undefined {
  // Answered already: what else it sends until it is hung up on is no request any more.
  if (socket.writableEnded && !socket.destroyed) return undefined;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const problem = toProblem(unreadable(error), { requestId: randomUUID() });
  sendRawProblem(socket, problem);
  return problem;
}

function unreadable(cause: Error & { readonly code?: string }): DomainError {
  switch (cause.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new DomainError('request_timeout', 'The request took too long to arrive.', { cause });
    case 'HPE_HEADER_OVERFLOW':
      return new DomainError('header_too_large', 'The URL and headers are too long.', { cause });
    default:
      return new DomainError('invalid_request', 'This is no HTTP request.', { cause });
  }
}
