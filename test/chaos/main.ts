// The built server as several processes behind a real haproxy, under load, while something befalls it:
// npm run chaos [-- --short] [-- --only NAME] [-- --soak SECONDS]
import { parseArgs } from 'node:util';
import { perform } from './perform.js';
import type { Scenario, Size } from './scenario.js';
import { clockJump } from './scenarios/clock-jump.js';
import { hastyRestart } from './scenarios/hasty-restart.js';
import { killedPod } from './scenarios/killed-pod.js';
import { llmStorm } from './scenarios/llm-storm.js';
import { providerStorm } from './scenarios/provider-storm.js';
import { redisFailover } from './scenarios/redis-failover.js';
import { redisRestart } from './scenarios/redis-restart.js';
import { rollingRestart } from './scenarios/rolling-restart.js';
import { slowNetwork } from './scenarios/slow-network.js';
import { soak } from './scenarios/soak.js';

const SHORT: Size = { pods: 2, readers: 12, requestsPerSecond: 20, secondsPerReply: 5 };
/** What pods can do all day long. */
const STEADY: Size = { pods: 3, readers: 60, requestsPerSecond: 60, secondsPerReply: 18 };
/** About all that three pods and those who speak with them can do on two cores. */
const FULL: Size = { ...STEADY, readers: 200, requestsPerSecond: 200 };

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    soak: { type: 'string', default: '1800' },
  },
});
/** What the others do not show as well, in as little time. */
const brief = [hastyRestart, killedPod, redisRestart(), redisFailover(), llmStorm, slowNetwork];
const long = [rollingRestart, ...brief, providerStorm(), clockJump, soak(Number(values.soak))];
const sizeOf = (scenario: Scenario): Size => {
  if (values.short) return SHORT;
  return scenario === rollingRestart ? FULL : STEADY;
};

for (const scenario of values.short && !values.only ? brief : long) {
  if (values.only === undefined || values.only === scenario.name) {
    await perform(scenario, sizeOf(scenario));
  }
}
