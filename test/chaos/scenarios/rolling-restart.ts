import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import type { Stage } from '../stage.js';

/** Every pod is told to stop, ends by itself, and is replaced, one after the other. */
export async function restartAll({ pods, haproxy }: Stage): Promise<void> {
  for (const pod of pods) {
    assert.equal(await pod.end('SIGTERM'), 0, 'a pod that is told to stop ends well');
    await pod.start();
    await haproxy.seesAll();
  }
}

/** The drain is longer than a reply: whoever reads reads on to the end. */
export const rollingRestart: Scenario = { name: 'rolling restart', play: restartAll };
