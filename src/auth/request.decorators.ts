import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.error.js';
import type { Connection } from '../providers/connection.js';
import { bearerOf } from './identify.hook.js';
import type { Session } from './session.js';

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest();

/** The caller's session. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): Session => {
    const { session } = requestOf(context);
    if (!session) throw new DomainError('unauthorized', 'A live session is needed.');
    return session;
  },
);

/** Who asks for a session, or for more of one. */
export interface Caller {
  /** The session that the request came with, and its access token; empty without one. */
  readonly session?: Session;
  readonly accessToken: string;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** The client's address, behind the proxies that are trusted. */
  readonly address: string;
  readonly requestId: string;
}

/** The caller of a route that signs in or out, with a session or without. */
export const SignInCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => {
    const { session, headers, ip, id } = requestOf(context);
    return {
      session,
      accessToken: bearerOf(headers.authorization) ?? '',
      signal: signalOf(context.switchToHttp().getResponse<FastifyReply>()),
      address: ip,
      requestId: id,
    };
  },
);

/** The connection that a credential guard has checked. */
export const CheckedConnection = createParamDecorator(
  (_: unknown, context: ExecutionContext): Connection => {
    const { connection } = requestOf(context);
    if (!connection) throw new Error('the route has no guard that checks a credential');
    return connection;
  },
);

/** Aborts when the client goes away before its answer is complete. */
export const RequestSignal = createParamDecorator(
  (_: unknown, context: ExecutionContext): AbortSignal =>
    signalOf(context.switchToHttp().getResponse<FastifyReply>()),
);

/** A signal that aborts when the response's connection closes before all of the answer was handed to it. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (reply.raw.writableFinished) return;
    controller.abort(new DomainError('request_timeout', 'The client went away.'));
  });
  return controller.signal;
}
