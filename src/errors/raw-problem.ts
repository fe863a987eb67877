import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from './domain.error.js';
import { type Problem, toProblem } from './problem.js';

/** Answers with a problem where there is no response, only a connection; and closes that. */
export function sendRawProblem(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      ...(problem.retryAfter ? [`Retry-After: ${problem.retryAfter}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/** Answers a client whose request Node could not read to its end. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else sendRawProblem(socket, toProblem(unreadable(error)));
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
