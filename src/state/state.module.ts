import { CacheModule } from '@nestjs/cache-manager';
import { Global, Logger, Module } from '@nestjs/common';
import { CacheOptions } from './cache.options.js';
import { MemorySharedState } from './memory.shared-state.js';
import type { RedisClients } from './redis.clients.js';
import { RedisConnections } from './redis.connections.js';
import { RedisSharedState } from './redis.shared-state.js';
import { SealedPieces } from './sealed.pieces.js';
import { SharedState } from './shared-state.js';
import { SharedThrottlerStorage } from './throttler.storage.js';

const READY_TIMEOUT_MS = 5_000;

/**
 * Makes the {@link SharedState} and the cache injectable everywhere: in Redis where REDIS_URL is set,
 * else in memory.
 */
@Global()
@Module({
  imports: [
    CacheModule.registerAsync({
      isGlobal: true,
      useClass: CacheOptions,
    }),
  ],
  providers: [
    RedisConnections,
    SealedPieces,
    SharedThrottlerStorage,
    {
      provide: SharedState,
      inject: [RedisConnections],
      useFactory: ({ clients, prefix }: RedisConnections) =>
        clients ? openRedis(clients, prefix) : new MemorySharedState(),
    },
  ],
  exports: [RedisConnections, SealedPieces, SharedState, SharedThrottlerStorage],
})
export class StateModule {}

/** Gives Redis a moment, then starts without: readiness stays red until it answers. */
async function openRedis(clients: RedisClients, prefix: string): Promise<SharedState> {
  const state = new RedisSharedState(clients, prefix);
  try {
    await state.waitUntilReady(READY_TIMEOUT_MS);
    await state.warnIfItEvicts();
  } catch {
    new Logger('Redis').warn('It does not answer yet; this server is not ready until it does.');
  }
  return state;
}
