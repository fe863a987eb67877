import { setTimeout as sleep } from 'node:timers/promises';
import { RedisSentinel } from '../../support/redis.sentinel.js';
import type { Scenario } from '../scenario.js';

/** Long enough for the sentinel to notice, and for the replica to take over. */
const TAKE_OVER_MS = 6_000;

/** The primary is lost for good, with what its replica had not got yet. */
export function redisFailover(): Scenario {
  let sentinel: RedisSentinel;
  return {
    name: 'Redis fail-over',
    stage: async () => ({ redis: (sentinel = await RedisSentinel.start()) }),
    tolerated: [503],
    play: async () => {
      await sentinel.primary.crash();
      await sleep(TAKE_OVER_MS);
    },
  };
}
