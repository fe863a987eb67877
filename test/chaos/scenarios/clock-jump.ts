import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

/** The seconds that one pod's clock is ahead of the others', and then behind. */
const JUMPS = [90, -90];

/**
 * One pod's clock is off by more than a token's tolerance, first ahead, then behind: its tokens are
 * those of the others all the same, as nothing but the end of a session hangs on the clock.
 */
export const clockJump: Scenario = {
  name: 'clock jump',
  play: async ({ pods, haproxy, secondsPerReply }) => {
    for (const seconds of JUMPS) {
      await pods[0]?.end('SIGTERM');
      await pods[0]?.start(seconds);
      await haproxy.seesAll();
      await sleep(secondsPerReply * 1_000);
    }
  },
};
