import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { ChatModule } from './chat/chat.module.js';
import { ProblemFilter } from './errors/problem.filter.js';
import { validationPipe } from './errors/validation.pipe.js';
import { OpsModule } from './ops/ops.module.js';
import { RecapModule } from './recap/recap.module.js';
import { StateModule } from './state/state.module.js';

@Module({
  imports: [StateModule, AuthModule, RecapModule, ChatModule, OpsModule],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useValue: validationPipe },
  ],
})
export class AppModule {
  /** @param environment The module that makes the environment injectable. */
  static with(environment: DynamicModule): DynamicModule {
    return { module: AppModule, imports: [environment] };
  }
}
