import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { ProvidersModule } from '../providers/providers.module.js';
import { AuthController } from './auth.controller.js';
import { SessionController } from './session.controller.js';
import { SessionGuard } from './session.guard.js';
import { SessionService } from './session.service.js';
import { TokenService } from './token.service.js';

@Module({
  imports: [JwtModule.register({}), ProvidersModule],
  controllers: [AuthController, SessionController],
  providers: [TokenService, SessionService, { provide: APP_GUARD, useClass: SessionGuard }],
  exports: [TokenService, SessionService],
})
export class AuthModule {}
