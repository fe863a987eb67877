import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { eventually } from './support/eventually.js';
import { PodProcess } from './support/pod.process.js';
import { RepositoryFolder } from './support/repository.js';
import { HandshakeRefused, SocketClient } from './support/socket.client.js';

const DESCRIPTORS = 256;
/** What the process needs beside its clients: Redis, providers, git, files. */
const RESERVE = 64;
/** A process of its own compiles all of the server. */
const STARTING_MS = 90_000;
/** For hundreds of connections. */
const CONNECTING_MS = 60_000;

// Where the kernel tells of descriptors by files.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process that may have 256 descriptors', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let pod: PodProcess;

  beforeAll(async () => {
    const variables = {
      GIT_ROOT: folder.path,
      REDIS_URL: process.env.TEST_REDIS_URL,
      JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    };
    pod = await PodProcess.start(variables, undefined, DESCRIPTORS);
  }, STARTING_MS);

  afterAll(async () => {
    await pod.stop();
    folder.remove();
  });

  const open = (): number => readdirSync(`/proc/${String(pod.pid)}/fd`).length;
  const signIn = async (): Promise<SessionGrantDto> => {
    const response = await fetch(`${pod.url}/clone`, {
      method: 'POST',
      body: '{"path":"one"}',
      headers: { 'content-type': 'application/json', connection: 'close' },
    });
    return (await response.json()) as SessionGrantDto;
  };
  const statusOf = async (path: string): Promise<number> =>
    (await fetch(pod.url + path, { headers: { connection: 'close' } })).status;

  it(
    'refuses sockets before they are all taken, and serves everything else',
    async () => {
      const opened: SocketClient[] = [];
      const refusals: unknown[] = [];
      while (refusals.length < 5) {
        const { sessionId, accessToken } = await signIn();
        const tries = Array.from({ length: 10 }, () =>
          SocketClient.open(pod.url, sessionId, accessToken),
        );
        for (const { status, value, reason } of (await Promise.allSettled(tries)) as {
          status: string;
          value?: SocketClient;
          reason?: unknown;
        }[]) {
          if (status === 'fulfilled' && value) opened.push(value);
          else refusals.push(reason);
        }
        expect(opened.length).toBeLessThan(DESCRIPTORS);
      }
      expect(opened.length).toBeGreaterThan(DESCRIPTORS / 4);
      for (const refusal of refusals) {
        expect(refusal).toBeInstanceOf(HandshakeRefused);
        expect(refusal).toMatchObject({
          status: 503,
          problem: { code: 'server_busy', retryAfter: 5 },
        });
      }
      expect(open()).toBeLessThan(DESCRIPTORS - RESERVE);
      expect(await statusOf('/health/live')).toBe(200);
      expect(await statusOf('/health/ready')).toBe(200);
      // A repository is read by processes of git, each of which takes descriptors.
      const { accessToken } = await signIn();
      const actions = await fetch(`${pod.url}/actions?since=2000-01-01`, {
        headers: { authorization: `Bearer ${accessToken}`, connection: 'close' },
      });
      expect(actions.status).toBe(200);
      for (const socket of opened) socket.terminate();
      await eventually(() => expect(open()).toBeLessThan(DESCRIPTORS / 2));
    },
    CONNECTING_MS,
  );

  it(
    'answers probes while anybody holds all the connections that there may be',
    async () => {
      const idle: Socket[] = [];
      const { port } = new URL(pod.url);
      const hold = (): Promise<void> =>
        new Promise((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => resolve());
          socket.on('error', () => undefined).resume();
          idle.push(socket);
        });
      for (let count = 0; count < 2 * DESCRIPTORS; count += 1) await hold();
      expect(open()).toBeLessThan(DESCRIPTORS - RESERVE);
      // Those beyond the cap that ask for nothing are ended soon, which makes room for probes.
      await eventually(async () => {
        expect(await statusOf('/health/live')).toBe(200);
      }, 8_000);
      await eventually(async () => {
        expect(await statusOf('/session')).toBe(503);
      }, 8_000);
      for (const socket of idle) socket.destroy();
      await eventually(async () => {
        expect(await statusOf('/session')).toBe(401);
      });
    },
    CONNECTING_MS,
  );
});
