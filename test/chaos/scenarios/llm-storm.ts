import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.js';

/** Every reply meets a model that is overloaded, breaks off, and says in the middle that it fails. */
export const llmStorm: Scenario = {
  name: 'LLM storm',
  play: async ({ llm, secondsPerReply }) => {
    llm.mood = 'storm';
    await sleep(2 * secondsPerReply * 1_000);
    llm.mood = 'well';
  },
};
