import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { ProvidersModule } from '../providers/providers.module.js';
import { AuditLog } from './audit.log.js';
import { AuthController } from './auth.controller.js';
import { CallerLimit } from './caller.limit.js';
import { ClientLocator } from './client.locator.js';
import { GithubController } from './github/github.controller.js';
import { GithubStrategy } from './github/github.strategy.js';
import { GithubTokens } from './github/github.tokens.js';
import { SignInStarts } from './github/sign-in.starts.js';
import { SessionController } from './session.controller.js';
import { SessionGrants } from './session.grants.js';
import { SessionGuard } from './session.guard.js';
import { SessionService } from './session.service.js';
import { SignInPolicy } from './sign-in.policy.js';
import { SocketTickets } from './socket-tickets.js';
import { ThrottleGuard } from './throttle.guard.js';
import { ThrottleOptions } from './throttle.options.js';
import { TokenQuota } from './token.quota.js';
import { TokenService } from './token.service.js';
import { UserSessions } from './user.sessions.js';

@Module({
  imports: [ThrottlerModule.forRootAsync({ useClass: ThrottleOptions }), ProvidersModule],
  controllers: [AuthController, GithubController, SessionController],
  providers: [
    TokenService,
    TokenQuota,
    SessionService,
    SessionGrants,
    CallerLimit,
    ClientLocator,
    AuditLog,
    SignInPolicy,
    SocketTickets,
    UserSessions,
    SignInStarts,
    GithubTokens,
    GithubStrategy,
    // In this order: who asks too often is not even looked up.
    { provide: APP_GUARD, useClass: ThrottleGuard },
    { provide: APP_GUARD, useClass: SessionGuard },
  ],
  exports: [
    AuditLog,
    TokenService,
    TokenQuota,
    SessionService,
    SocketTickets,
    CallerLimit,
    ClientLocator,
  ],
})
export class AuthModule {}
