import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { FORGED_TOKENS } from './support/fuzz/forged.tokens.js';
import { BODIES, FRAMES, QUERIED, QUERIES } from './support/fuzz/hostile.input.js';
import { GithubEmulator } from './support/github.emulator.js';
import { PodProcess } from './support/pod.process.js';
import { RepositoryFolder } from './support/repository.js';
import { SocketClient } from './support/socket.client.js';
import { seededWorld } from './support/world/seeded.world.js';

/** Tokens, and as many bodies, queries and frames. `npm run test:fuzz` asks for many more. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const PATIENCE_MS = 20_000 + RUNS * 100;
/** So many requests are under way at the same time. */
const LANES = 8;
/** All kinds are tried in turn, so many times over; after the first of them all is imported and cached. */
const ROUNDS = 5;
/**
 * What the server's memory may have grown by since the first round, in bytes. V8 collects garbage when
 * it likes, which makes it swing by 50 MiB. The bound shows who keeps 4 KiB of each of 16,000 inputs,
 * as many as `npm run test:fuzz` sends after that round.
 */
const FLAT_BYTES = 64 * 2 ** 20;

const FORGED = Object.keys(FORGED_TOKENS);
const INPUTS = [
  ...Object.keys(BODIES).map((path) => `bodies of POST ${path}`),
  ...QUERIED.map((path) => `queries of GET ${path}`),
  'frames on the socket',
];

describe('whatever clients send, the server neither fails nor opens:', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const secret = randomBytes(32).toString('hex');
  let provider: GithubEmulator;
  let pod: PodProcess;
  let http: Pool;
  let hers: SessionGrantDto;
  let his: SessionGrantDto;
  let tried = 0;

  beforeAll(async () => {
    provider = await GithubEmulator.start(seededWorld({ repositories: 1, active: 1, commits: 1 }));
    pod = await PodProcess.start({
      GIT_ROOT: folder.path,
      GIT_HOSTS: 'git.invalid',
      GITHUB_API_URL: provider.url,
      GITLAB_URL: provider.url,
      AZURE_DEVOPS_URL: provider.url,
      GITHUB_URL: provider.url,
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'fuzzed-client-secret',
      OAUTH_REDIRECT_URIS: 'https://recap.example.com/back',
      JWT_SECRET_KEY: secret,
      SESSION_IDLE_SECONDS: '43200',
      REDIS_URL: process.env.TEST_REDIS_URL,
    });
    http = new Pool(pod.url, { connections: LANES });
    [hers, his] = await Promise.all([signIn(), signIn()]);
  }, 60_000);

  afterAll(async () => {
    await http.close();
    await pod.stop();
    await provider.stop();
    folder.remove();
  });

  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    { token, body }: { token?: string; body?: string } = {},
  ): Promise<{ status: number; text: string }> => {
    const answer = await http.request({
      method,
      path,
      body,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const signIn = async (): Promise<SessionGrantDto> =>
    JSON.parse((await ask('POST', '/clone', { body: '{"path":"one"}' })).text) as SessionGrantDto;
  const open = (token: string): Promise<SocketClient> =>
    SocketClient.open(pod.url, hers.sessionId, token);

  const holds = async <T>(
    values: fc.Arbitrary<T>,
    runs: number,
    property: (value: T) => Promise<void>,
    lanes = LANES,
  ): Promise<void> => {
    const numRuns = Math.ceil(runs / lanes);
    const counted = (value: T): Promise<void> => {
      tried += 1;
      return property(value);
    };
    const lane = () => fc.assert(fc.asyncProperty(values, counted), { numRuns });
    await Promise.all(Array.from({ length: lanes }, lane));
  };

  async function isRefused(token: string): Promise<void> {
    if (token === hers.accessToken || token === his.accessToken) return;
    const { status, text } = await ask('GET', '/session', { token });
    expect({ token, status }).toEqual({ token, status: 401 });
    expect(text).not.toContain('connections');
  }

  const tryTokens = (kind: string): Promise<void> => {
    const tokens = FORGED_TOKENS[kind]!({ hers, his, secret });
    return holds(tokens, RUNS / FORGED.length / ROUNDS, isRefused);
  };

  async function tryInput(kind: string): Promise<void> {
    const runs = RUNS / INPUTS.length / ROUNDS;
    const [what, , method, path = ''] = kind.split(' ');
    if (what === 'frames') return tryFrames(runs);
    const isSurvived = async (input: string): Promise<void> => {
      const token = method === 'GET' || path === '/recaps' ? hers.accessToken : undefined;
      const { status } =
        method === 'GET'
          ? await ask('GET', `${path}?${input}`, { token })
          : await ask('POST', path, { token, body: input });
      expect({ input, failed: status >= 500 }).toEqual({ input, failed: false });
    };
    return holds(method === 'GET' ? QUERIES : BODIES[path]!, runs, isSurvived);
  }

  async function tryFrames(runs: number): Promise<void> {
    const socket = await open(hers.accessToken);
    let sent = 0;
    const isSurvived = async (frame: string | Buffer): Promise<void> => {
      socket.sendRaw(frame);
      // An answer to what came after it: it has been dealt with, and the socket is still there.
      const ref = `marker-${String((sent += 1))}`;
      socket.send('no such event', { ref });
      await socket.waitFor((answer) => answer.data.ref === ref);
      const failures = socket.frames.filter(({ data }) => (data.problem?.status ?? 0) >= 500);
      expect({ frame, failures }).toEqual({ frame, failures: [] });
      socket.frames.length = 0;
    };
    await holds(FRAMES, runs, isSurvived, 1);
    await socket.close();
  }

  it.each(FORGED)('tokens that are %s', tryTokens, PATIENCE_MS);

  it('tokens on sockets', async () => {
    for (const token of ['', 'a.b.c', `${hers.accessToken}x`]) {
      await expect(open(token)).rejects.toMatchObject({ status: 401 });
    }
    await expect(open(his.accessToken)).rejects.toMatchObject({ status: 403 });
  });

  it.each(INPUTS)('%s', tryInput, PATIENCE_MS);

  it(
    'all of them again and again, and its memory stays flat',
    async () => {
      const begunAt = performance.now();
      const seen = [await residentBytes()];
      for (let round = 1; round < ROUNDS; round += 1) {
        for (const kind of FORGED) await tryTokens(kind);
        for (const kind of INPUTS) await tryInput(kind);
        seen.push(await residentBytes());
      }
      const seconds = ((performance.now() - begunAt) / 1000).toFixed(0);
      const mebibytes = seen.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ');
      process.stderr.write(
        `fuzz: ${String(tried)} tried, rounds 2 to ${String(ROUNDS)} in ${seconds} s; RSS after each round: ${mebibytes} MiB\n`,
      );
      expect(seen.at(-1)! - seen[0]!).toBeLessThan(FLAT_BYTES);
      expect((await ask('GET', '/session', { token: hers.accessToken })).status).toBe(200);
    },
    PATIENCE_MS,
  );

  async function residentBytes(): Promise<number> {
    const { text } = await ask('GET', '/metrics');
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
  }
});
