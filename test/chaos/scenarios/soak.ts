import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { growthPerMinute, type VitalSigns, vitalSigns } from '../vital.signs.js';

const EVERY_MS = 5_000;
/** Until then caches fill and the heap finds its size. */
const SETTLED_AFTER = 0.4;
const MAX_MEMORY_PER_MINUTE = 2;
const MAX_FILES_PER_MINUTE = 1;
const MAX_LAG_MS = 50;

/** Nothing befalls the pods; they are to be in the end as they were. */
export const soak = (seconds: number): Scenario => ({
  name: 'soak',
  leavesNothing: true,
  play: async ({ pods }) => {
    const samples = pods.map((): VitalSigns[] => []);
    const endsAt = performance.now() + seconds * 1_000;
    while (performance.now() < endsAt) {
      await sleep(EVERY_MS);
      const signs = await Promise.all(pods.map((pod) => vitalSigns(pod)));
      for (const [index, sign] of signs.entries()) samples[index]?.push(sign);
    }
    const findings = samples.map((all) =>
      review(all.slice(Math.floor(all.length * SETTLED_AFTER))),
    );
    console.table(findings);
    for (const { memoryPerMinute, filesPerMinute, lag } of findings) {
      assert.ok(
        memoryPerMinute <= MAX_MEMORY_PER_MINUTE,
        `memory: ${memoryPerMinute} MiB a minute`,
      );
      assert.ok(filesPerMinute <= MAX_FILES_PER_MINUTE, `files: ${filesPerMinute} a minute`);
      assert.ok(lag <= MAX_LAG_MS, `the event loop is held up: ${lag} ms`);
    }
  },
});

function review(samples: readonly VitalSigns[]) {
  const third = Math.ceil(samples.length / 3);
  const lags = samples.map(({ lag }) => lag).toSorted((one, other) => one - other);
  const last = samples.at(-1);
  const lagAt = (share: number): number =>
    Number((lags[Math.floor(share * (lags.length - 1))] ?? 0).toFixed(1));
  return {
    memory: Math.round(last?.memory ?? 0),
    memoryPerMinute: Number(growthPerMinute(samples, 'memory').toFixed(2)),
    heapFloorAtFirst: floorOfHeap(samples.slice(0, third)),
    heapFloorAtLast: floorOfHeap(samples.slice(-third)),
    files: last?.files ?? 0,
    filesPerMinute: Number(growthPerMinute(samples, 'files').toFixed(2)),
    /** The middle of what was seen in each 5 seconds: whatever else the machine does counts too. */
    lag: lagAt(0.5),
    /** The highest of these: of one moment at which something else had the processor, say. */
    worstLag: lagAt(1),
  };
}

/** MiB that are left when most of the garbage is collected: what is leaked stays in it. */
const floorOfHeap = (samples: readonly VitalSigns[]): number =>
  Number(Math.min(...samples.map(({ heap }) => heap)).toFixed(1));
