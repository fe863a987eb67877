import { Global, Logger, Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { MemorySharedState } from './memory.shared-state.js';
import { connectRedis } from './redis.clients.js';
import { RedisSharedState } from './redis.shared-state.js';
import { SharedState } from './shared-state.js';
import { SharedThrottlerStorage } from './throttler.storage.js';

const READY_TIMEOUT_MS = 5_000;

/** Makes the {@link SharedState} injectable everywhere: in Redis where REDIS_URL is set, else in memory. */
@Global()
@Module({
  providers: [
    SharedThrottlerStorage,
    {
      provide: SharedState,
      inject: [Environment],
      useFactory: ({ REDIS_URL }: Environment) =>
        REDIS_URL ? openRedis(REDIS_URL) : new MemorySharedState(),
    },
  ],
  exports: [SharedState, SharedThrottlerStorage],
})
export class StateModule {}

/** Gives Redis a moment, then starts without: readiness stays red until it answers. */
async function openRedis(url: string): Promise<SharedState> {
  const state = new RedisSharedState(connectRedis(url));
  try {
    await state.waitUntilReady(READY_TIMEOUT_MS);
    await state.warnIfItEvicts();
  } catch {
    new Logger('Redis').warn('It does not answer yet; this server is not ready until it does.');
  }
  return state;
}
