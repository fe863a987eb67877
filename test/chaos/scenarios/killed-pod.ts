import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';

/** A pod is gone from one moment to the next. Requests that it was answering are lost with it. */
export const killedPod: Scenario = {
  name: 'killed pod',
  play: async ({ pods, haproxy }) => {
    await pods[0]?.end('SIGKILL');
    await pods[0]?.start();
    await haproxy.seesAll();
  },
  expect: ({ resumed }) => {
    assert.ok(resumed > 0, 'readers had to resume');
  },
};
