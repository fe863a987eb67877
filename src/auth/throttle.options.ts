import { type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ThrottlerModuleOptions, ThrottlerOptionsFactory } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { Environment } from '../config/environment.js';
import { SharedThrottlerStorage } from '../state/throttler.storage.js';
import { clientAddress } from './client-address.js';

/** The window that all limits are for. */
export const WINDOW_MS = 60_000;
/** What the library calls the limit whose headers have plain names: the whole service's. */
export const SERVICE_LIMIT = 'default';
/** What it calls the limit of the routes that sign in. */
export const SIGN_IN_LIMIT = 'sign-in';
const SIGN_IN_SHARE = 5;

/**
 * Marks a route that signs in, which asks a provider or a git host and is how credentials are
 * guessed: there, a fifth of the limit holds for each client address as well, session or not.
 */
export const LimitSignIn = (): MethodDecorator => SetMetadata(SIGN_IN_LIMIT, true);

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest();

/** Limits that hold for the service, not for each of its routes. */
@Injectable()
export class ThrottleOptions implements ThrottlerOptionsFactory {
  constructor(
    private readonly environment: Environment,
    private readonly storage: SharedThrottlerStorage,
    private readonly reflector: Reflector,
  ) {}

  createThrottlerOptions(): ThrottlerModuleOptions {
    const limit = this.environment.RATE_LIMIT_PER_MINUTE;
    return {
      storage: this.storage,
      generateKey: (_context, tracker) => tracker,
      throttlers: [
        {
          name: SERVICE_LIMIT,
          limit,
          ttl: WINDOW_MS,
          getTracker: (_request, context) => callerOf(requestOf(context)),
        },
        {
          name: SIGN_IN_LIMIT,
          limit: Math.ceil(limit / SIGN_IN_SHARE),
          ttl: WINDOW_MS,
          getTracker: (_request, context) => addressOf(requestOf(context)),
          skipIf: (context) => !this.signsIn(context),
        },
      ],
    };
  }

  private signsIn(context: ExecutionContext): boolean {
    return this.reflector.get<unknown>(SIGN_IN_LIMIT, context.getHandler()) === true;
  }
}

/** A token that does not verify names nobody. */
function callerOf(request: FastifyRequest): string {
  return request.identity?.sessionId ?? addressOf(request);
}

const addressOf = ({ ip, socket }: FastifyRequest): string => clientAddress(ip, socket);
