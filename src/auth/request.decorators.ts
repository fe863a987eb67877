import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.error.js';
import type { Connection } from '../providers/connection.js';
import { bearerOf } from './identify.hook.js';
import type { Session } from './session.js';

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest();

/** The caller's session; on a route with an optional session ask for {@link MaybeSession}. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): Session => {
    const { session } = requestOf(context);
    if (!session) throw new DomainError('unauthorized', 'A live session is needed.');
    return session;
  },
);

export const MaybeSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): Session | undefined => requestOf(context).session,
);

/** The access token that the request came with; empty without one. */
export const AccessToken = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    bearerOf(requestOf(context).headers.authorization) ?? '',
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

/** A signal that aborts when the response's connection closes. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    controller.abort(new DomainError('request_timeout', 'The client went away.'));
  });
  return controller.signal;
}
