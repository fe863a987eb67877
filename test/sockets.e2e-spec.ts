import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { SocketTimes } from '../src/chat/socket.times.js';
import type { Problem } from '../src/errors/problem.js';
import { SharedState } from '../src/state/shared-state.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { PodProcess } from './support/pod.process.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, SocketClient } from './support/socket.client.js';

const STALLED = { steps: [{ text: ['- one.\n'], cites: [0] }], end: 'stall' } as const;
const STREAM = 'text/event-stream';
/** Further servers have to come up. */
const PODS_MS = 120_000;

describe('the sockets and event streams of a session', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let llm: LlmEmulator;
  let server: TestServer;

  const variables = (): Record<string, string> => ({
    GIT_ROOT: folder.path,
    ANTHROPIC_API_KEY: 'sk-test',
    ANTHROPIC_BASE_URL: llm.url,
    SOCKETS_PER_SESSION: '3',
  });

  beforeAll(async () => {
    llm = await startLlmEmulator(() => STALLED);
    server = await TestServer.start(variables());
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    folder.remove();
  });

  const openAt = (url: string, { sessionId, accessToken }: SessionGrantDto) =>
    SocketClient.open(url, sessionId, accessToken);
  const refusalOf = (opening: Promise<unknown>): Promise<unknown> =>
    opening.catch((error: unknown) => error);
  const TOO_MANY = {
    status: 429,
    problem: { code: 'too_many_sockets', retryAfter: 30, requestId: expect.any(String) },
  };
  /** A reply that goes on until it is cancelled. */
  const begin = async (socket: SocketClient): Promise<string> => {
    socket.send('recap');
    await socket.waitForEvent('token');
    return (await socket.waitForEvent('accepted')).data.replyId ?? '';
  };
  /** Resolves with the status when the headers have come; the body goes on. */
  const stream = async (grant: SessionGrantDto, path: string, method = 'GET') => {
    const leaving = new AbortController();
    const response = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${grant.accessToken}`,
        accept: STREAM,
        'content-type': 'application/json',
      },
      body: method === 'POST' ? '{}' : undefined,
      signal: leaving.signal,
    });
    return { response, leave: () => leaving.abort() };
  };

  it('are as many as SOCKETS_PER_SESSION, of each session', async () => {
    const [grant, other] = [await server.clone('one'), await server.clone('one')];
    const sockets = [1, 2, 3].map(() => server.connect(grant));
    const [first] = await Promise.all(sockets);
    const refused = await refusalOf(server.connect(grant));
    expect(refused).toBeInstanceOf(HandshakeRefused);
    expect(refused).toMatchObject(TOO_MANY);
    await server.connect(other);
    // A place is free when its socket has closed, however that came about.
    first?.terminate();
    await eventually(async () => {
      await server.connect(grant);
    });
    expect(await refusalOf(server.connect(grant))).toMatchObject(TOO_MANY);
  });

  it('are counted together, however the streams begin', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const replyId = await begin(socket);
    const following = await stream(grant, `/replies/${replyId}`);
    expect(following.response.status).toBe(200);
    const writing = await stream(grant, '/recaps', 'POST');
    expect(writing.response.headers.get('content-type')).toContain(STREAM);

    for (const one of [
      await stream(grant, `/replies/${replyId}`),
      await stream(grant, '/recaps', 'POST'),
    ]) {
      expect(one.response.status).toBe(429);
      expect(one.response.headers.get('retry-after')).toBe('30');
      expect(((await one.response.json()) as Problem).code).toBe('too_many_sockets');
    }
    // What is refused has begun nothing.
    const { body } = await server.get<{ replies: ReplyDto[] }>('/replies', {
      token: grant.accessToken,
    });
    expect(body.replies).toHaveLength(2);
    expect(await refusalOf(server.connect(grant))).toMatchObject(TOO_MANY);

    following.leave();
    writing.leave();
    await eventually(async () => {
      await server.connect(grant);
    });
    await eventually(async () => {
      await server.connect(grant);
    });
  });

  it('give their place back when a stream has come to its end, or could not begin', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const replyId = await begin(socket);
    const { response } = await stream(grant, `/replies/${replyId}`);
    socket.send('cancel', { replyId });
    expect(await response.text()).toContain('event: done');
    const missing = Array.from({ length: 5 }, () => stream(grant, '/replies/none'));
    const answers = await Promise.all(missing);
    expect(answers.map(({ response: { status } }) => status)).not.toContain(200);
    await eventually(async () => {
      await server.connect(grant);
    });
    await eventually(async () => {
      await server.connect(grant);
    });
  });

  it('send heartbeats while they follow a reply that has nothing to say, and none when idle', async () => {
    const times = server.app.get(SocketTimes);
    const { heartbeatMs } = times;
    Object.assign(times, { heartbeatMs: 20 });
    const grant = await server.clone('one');
    const [socket, idle] = [await server.connect(grant), await server.connect(grant)];
    Object.assign(times, { heartbeatMs });
    const replyId = await begin(socket);
    const heartbeats = () => socket.frames.filter(({ event }) => event === 'heartbeat');
    await eventually(() => expect(heartbeats().length).toBeGreaterThan(2));
    expect(heartbeats()[0]).toEqual({ event: 'heartbeat', data: {} });
    socket.send('cancel', { replyId });
    await socket.waitForEnd(replyId);
    const seqs = socket.eventsOf(replyId).map(({ data }) => data.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(idle.frames).toEqual([]);
  });

  it('are closed with 4401 when the store has lost their session without a word', async () => {
    const times = server.app.get(SocketTimes);
    expect(times.lookMs).toBeLessThanOrEqual(5_000);
    const { lookMs } = times;
    Object.assign(times, { lookMs: 50 });
    const grant = await server.clone('one');
    const idle = await server.connect(grant);
    await server.app.get(SharedState).drop(grant.sessionId);
    expect((await idle.closed).code).toBe(4401);
    Object.assign(times, { lookMs });
  });

  // Two servers share something only where there is a Redis between them.
  const withRedis = process.env.TEST_REDIS_URL ? it : it.skip;

  withRedis(
    'are counted on all pods together, and no longer on one that has died',
    async () => {
      const settings = {
        ...variables(),
        REDIS_URL: process.env.TEST_REDIS_URL,
        JWT_SECRET_KEY: randomBytes(32).toString('hex'),
      };
      const [pod, other] = await Promise.all([
        PodProcess.start(settings),
        TestServer.start(settings),
      ]);
      const grant = await other.clone('one');
      await Promise.all([openAt(pod.url, grant), openAt(pod.url, grant)]);
      await openAt(other.url, grant);
      for (const url of [pod.url, other.url]) {
        expect(await refusalOf(openAt(url, grant))).toMatchObject(TOO_MANY);
      }
      await pod.stop('SIGKILL');
      await eventually(async () => {
        await openAt(other.url, grant);
      }, 8_000);
      await openAt(other.url, grant);
      expect(await refusalOf(openAt(other.url, grant))).toMatchObject(TOO_MANY);
      await other.stop();
    },
    PODS_MS,
  );

  withRedis(
    'give no more replies than there may be, asked for by whatever way on whichever pod',
    async () => {
      const other = await TestServer.start({ ...variables(), REPLIES_PER_SESSION: '2' });
      const grant = await server.clone('one');
      const one = await TestServer.start({ ...variables(), REPLIES_PER_SESSION: '2' });
      const socket = await one.connect(grant);
      const { accessToken: token } = grant;
      await begin(socket);
      const posted = await Promise.all(
        [one, other, one, other].map(async (pod) => {
          const response = await fetch(`${pod.url}/recaps`, {
            method: 'POST',
            body: '{}',
            headers: {
              authorization: `Bearer ${token}`,
              accept: STREAM,
              'content-type': 'application/json',
            },
          });
          if (response.status === 429) await response.text();
          return response.status;
        }),
      );
      expect(posted.filter((status) => status < 300)).toHaveLength(1);
      expect(posted.filter((status) => status === 429)).toHaveLength(3);
      socket.send('recap', { ref: 'third' });
      const { data } = await socket.waitFor((frame) => frame.data.ref === 'third');
      expect(data.problem?.code).toBe('too_many_replies');
      await Promise.all([one.stop(), other.stop()]);
    },
    PODS_MS,
  );
});
