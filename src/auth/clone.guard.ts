import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { isVerified } from './session.js';

/** In production only users whom a provider vouched for may have this server read git addresses. */
@Injectable()
export class CloneGuard implements CanActivate {
  constructor(private readonly environment: Environment) {}

  canActivate(context: ExecutionContext): boolean {
    if (!this.environment.isProduction) return true;
    const { session } = context.switchToHttp().getRequest<FastifyRequest>();
    if (session && isVerified(session)) return true;
    throw new DomainError(
      'unauthorized',
      'Here a repository can be added only to a session that a provider vouched for.',
    );
  }
}
