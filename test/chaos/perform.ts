import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Leftovers } from './leftovers.js';
import { Load } from './load.js';
import type { Scenario, Size } from './scenario.js';
import { Stage } from './stage.js';

const WARM_UP_MS = 1_500;

/** Plays a scenario on a stage of its own, under load, and says what came of it. @throws AssertionError */
export async function perform(scenario: Scenario, size: Size): Promise<void> {
  const { pods, secondsPerReply } = size;
  const stage = await Stage.build({ pods, secondsPerReply, ...(await scenario.stage?.()) });
  try {
    await underLoad(stage, scenario, size);
  } finally {
    await stage.clear();
  }
}

async function underLoad(stage: Stage, scenario: Scenario, size: Size): Promise<void> {
  const entrance = await scenario.entrance?.(stage.haproxy.url);
  const load = new Load({
    url: entrance?.url ?? stage.haproxy.url,
    bullet: stage.bullet,
    tolerated: scenario.tolerated,
    readers: size.readers,
    requestsPerSecond: size.requestsPerSecond,
  });
  const leftovers = scenario.leavesNothing && (await Leftovers.of(stage.pods));
  const begunAt = performance.now();
  const { over } = await load.start();
  await sleep(WARM_UP_MS);
  await scenario.play(stage).finally(() => load.stop());
  await over;
  await entrance?.stop();
  const seconds = ((performance.now() - begunAt) / 1_000).toFixed(1);
  console.log(
    `${scenario.name}: ${seconds} s, ${size.pods} pods; ` +
      `${load.replies} replies (${load.resumed} resumptions), ` +
      `${load.requests} requests (${await stage.haproxy.retries()} retried by haproxy, ` +
      `${load.refused} answered ${String(scenario.tolerated ?? 'otherwise')}), ` +
      `${load.failures.length} failed`,
  );
  assert.deepEqual(load.failures.slice(0, 5), [], scenario.name);
  assert.ok(load.replies >= size.readers && load.requests > 0, 'there was a load');
  scenario.expect?.(load);
  await leftovers?.expectFew();
}
