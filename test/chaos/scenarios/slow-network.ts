import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';
import { BadNetwork } from '../bad.network.js';

const FOR_MS = 6_000;

/** Between readers and haproxy everything takes a while, and sockets are cut now and then. */
export const slowNetwork: Scenario = {
  name: 'slow network',
  entrance: (url) => BadNetwork.start(url),
  play: async () => {
    await sleep(FOR_MS);
  },
  expect: ({ resumed }) => {
    assert.ok(resumed > 0, 'readers had to resume');
  },
};
