import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DomainError } from '../errors/domain.error.js';
import { toProblem } from '../errors/problem.js';
import { hangUp, sendRawProblem } from '../errors/raw-problem.js';

/** RFC 6455, 4.2.1: the one upgrade there is here; clients offer others, such as h2c, unasked. */
export function asksForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Serves a request as if it had offered no upgrade, which RFC 9110, 7.8 allows. Its body cannot be
 * read any more, so one that has a body is told to come without the offer.
 */
export function serveWithoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const detail = 'Send the request without an Upgrade header.';
    sendRawProblem(socket, toProblem(new DomainError('invalid_request', detail)));
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => {
    socket.end();
    hangUp(socket);
  });
  server.emit('request', request, response);
}
