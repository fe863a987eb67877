import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { eventually } from './support/eventually.js';
import { PodProcess } from './support/pod.process.js';
import { RepositoryFolder } from './support/repository.js';
import { runningIn } from './support/running-git.js';
import { SocketClient } from './support/socket.client.js';

const SESSIONS = 38;
const RECAPS_OF_EACH = 4;
/** Four readings at once, of up to five processes each; beside them two that ask for less. */
const MOST_PROCESSES = 4 * 5 + 2 * 3;
const WITHIN_MS = 60_000;

// A server that is held up is late for Redis; for its own memory it cannot be.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('150 recaps asked for at once', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let pod: PodProcess;
  let watch: NodeJS.Timeout;
  let mostProcesses = 0;

  beforeAll(async () => {
    pod = await PodProcess.start({ REDIS_URL: process.env.TEST_REDIS_URL, GIT_ROOT: folder.path });
    watch = setInterval(() => {
      mostProcesses = Math.max(mostProcesses, runningIn(folder.path));
    }, 50);
  }, WITHIN_MS);

  afterAll(async () => {
    clearInterval(watch);
    await pod.stop('SIGKILL');
    folder.remove();
  });

  const connect = async (): Promise<SocketClient> => {
    const response = await fetch(`${pod.url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'one' }),
    });
    const { sessionId, accessToken } = (await response.json()) as SessionGrantDto;
    return SocketClient.open(pod.url, sessionId, accessToken);
  };

  it(
    'are all written by one pod, which runs a few gits at a time',
    async () => {
      const sockets: SocketClient[] = [];
      while (sockets.length < SESSIONS) sockets.push(await connect());
      for (const socket of sockets) {
        for (let count = 0; count < RECAPS_OF_EACH; count += 1) {
          socket.send('recap', { repo: ['git:local/one'], bullets: 1 });
        }
      }
      const ends = (): string[] =>
        sockets.flatMap(({ frames }) =>
          frames
            .filter(({ event }) => event === 'done' || event === 'error')
            .map(({ event, data }) => data.stopReason ?? data.problem?.code ?? event),
        );
      await eventually(() => {
        expect(ends()).toHaveLength(SESSIONS * RECAPS_OF_EACH);
      }, WITHIN_MS);
      expect(new Set(ends())).toEqual(new Set(['end']));
      expect(mostProcesses).toBeGreaterThan(0);
      // The pod has the folder in its environment, too.
      expect(mostProcesses - 1).toBeLessThanOrEqual(MOST_PROCESSES);
      for (const socket of sockets) socket.terminate();
    },
    2 * WITHIN_MS,
  );
});
