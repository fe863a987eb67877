// The built server as several processes behind a real haproxy, under load, while something befalls it:
// npm run chaos [-- --short] [-- --only NAME] [-- --soak SECONDS]
import { parseArgs } from 'node:util';
import { perform } from './perform.js';
import type { Size } from './scenario.js';
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
const LONG: Size = { pods: 3, readers: 200, requestsPerSecond: 200, secondsPerReply: 18 };
/** What a pod can do all day long. */
const STEADY: Size = { pods: 3, readers: 60, requestsPerSecond: 60, secondsPerReply: 18 };

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    soak: { type: 'string', default: '1200' },
  },
});
/** What the others do not show as well, in as little time. */
const brief = [hastyRestart, killedPod, redisRestart(), redisFailover(), llmStorm, slowNetwork];
const all = [rollingRestart, ...brief, providerStorm(), clockJump];
const isWanted = (name: string): boolean => values.only === undefined || values.only === name;

for (const scenario of values.short && !values.only ? brief : all) {
  if (isWanted(scenario.name)) await perform(scenario, values.short ? SHORT : LONG);
}
if (!values.short && isWanted('soak')) await perform(soak(Number(values.soak)), STEADY);
