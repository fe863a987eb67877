import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { restartAll } from './rolling-restart.js';

/** The drain is shorter than a reply: it goes on where its reader comes back. */
export const hastyRestart: Scenario = {
  name: 'hasty rolling restart',
  stage: async () => ({ variables: { DRAIN_SECONDS: '1' } }),
  play: restartAll,
  expect: ({ resumed }) => {
    assert.ok(resumed > 0, 'readers had to resume');
  },
};
