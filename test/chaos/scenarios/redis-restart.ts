import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../support/redis.server.js';
import type { Scenario } from '../scenario.js';
import { durableRedis } from '../stage.js';

const AWAY_MS = 2_000;

/** Redis is away for two seconds and has its data when it is back. */
export function redisRestart(): Scenario {
  let redis: RedisServer;
  return {
    name: 'Redis restart',
    stage: async () => ({ redis: (redis = await durableRedis()) }),
    tolerated: [503],
    play: async () => {
      await redis.crash();
      await sleep(AWAY_MS);
      await redis.start();
      await sleep(AWAY_MS);
    },
  };
}
