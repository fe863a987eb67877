import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain.error.js';
import { SESSION_NEED, type SessionNeed } from './public.decorator.js';
import { SessionService } from './session.service.js';

/**
 * Deny by default: every route wants the Bearer token of a live session unless it is `@Public()`.
 * Sockets are let in (or not) before their handshake, so their messages pass.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const need = this.reflector.getAllAndOverride<SessionNeed | undefined>(SESSION_NEED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (need === 'none') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (need === 'optional' && request.headers.authorization === undefined) return true;
    if (!request.identity) {
      throw new DomainError('unauthorized', 'A valid Bearer token of a live session is needed.');
    }
    request.session = await this.sessions.open(request.identity);
    return true;
  }
}
