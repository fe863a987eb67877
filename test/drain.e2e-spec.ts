import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { Drain } from '../src/ops/drain.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, type SocketClient } from './support/socket.client.js';
import { TickClock } from './support/tick.clock.js';

/** About two seconds of text. */
const STEADY = {
  steps: [{ text: `- ${'on and on '.repeat(30)}\n`, cites: [0] }],
  tokensPerSecond: 30,
};

describe('a server that is told to stop', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let llm: LlmEmulator;
  let server: TestServer;
  let grant: SessionGrantDto;
  let socket: SocketClient;
  let drain: Drain;
  let replyId: string | undefined;

  beforeAll(async () => {
    llm = await startLlmEmulator(() => STEADY);
  });

  beforeEach(async () => {
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    drain = server.app.get(Drain);
    grant = await server.clone('one');
    socket = await server.connect(grant);
    socket.send('recap');
    ({ replyId } = (await socket.waitForEvent('accepted')).data);
    await socket.waitForEvent('token');
  });

  afterEach(() => server.stop());

  afterAll(async () => {
    await llm.close();
    folder.remove();
  });

  it('lets a running reply be written and read to its end, then says goodbye', async () => {
    const ended = drain.end(20).then(() => server.app.close());
    const { event, data } = await socket.waitForEnd(replyId);
    expect([event, data.stopReason]).toEqual(['done', 'end']);
    expect(socket.textOf(replyId)).toContain(STEADY.steps[0]!.text.trim());
    expect((await socket.closed).code).toBe(1001);
    await ended;
  });

  it('is not ready from then on, and takes no new socket and no new reply', async () => {
    void drain.end(20);
    const ready = await server.get<Problem>('/health/ready');
    expect([ready.status, ready.body.code]).toEqual([503, 'draining']);
    expect(ready.headers.get('connection')).toBe('close');
    expect((await server.get('/health/live')).status).toBe(200);

    const refused = await server.connect(grant).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HandshakeRefused);
    expect((refused as HandshakeRefused).problem.code).toBe('draining');

    const recap = await server.post<Problem>('/recaps', {}, { token: grant.accessToken });
    expect([recap.status, recap.body.code]).toEqual([503, 'draining']);
    socket.send('recap', { ref: 'second' });
    const { data } = await socket.waitFor(({ data: { ref } }) => ref === 'second');
    expect(data.problem?.code).toBe('draining');
  });

  it('goes on answering those who only read', async () => {
    void drain.end(20);
    const view = await server.get(`/replies/${String(replyId)}`, { token: grant.accessToken });
    expect(view.status).toBe(200);
  });

  it('gives up what is not done by the deadline', async () => {
    const clock = new TickClock();
    await drain.end(0.2);
    expect(clock.stop()).toBeLessThan(1_500);
    expect(await llm.requests.at(-1)?.ended).toBe('aborted');
  });

  it('hurries when it is told twice', async () => {
    const first = drain.end(20);
    const clock = new TickClock();
    await Promise.all([first, drain.end(0)]);
    expect(clock.stop()).toBeLessThan(1_500);
  });
});

describe('a server with nothing to do that is told to stop', () => {
  it('stops at once', async () => {
    const server = await TestServer.start();
    const clock = new TickClock();
    await server.app.get(Drain).end(20);
    expect(clock.stop()).toBeLessThan(500);
    await server.stop();
  });

  it('finishes an answer that is being read', async () => {
    const server = await TestServer.start();
    const answer = fetch(`${server.url}/docs/json`).then((response) => response.json());
    await new Promise<void>((resolve) => {
      server.app.getHttpServer().once('request', () => resolve());
    });
    await server.app.get(Drain).end(20);
    await server.stop();
    expect(await answer).toHaveProperty('openapi');
  });

  it('finishes an answer that somebody asks for just as it is about to close', async () => {
    const server = await TestServer.start();
    let ended: Promise<void> | undefined;
    server.app.getHttpServer().prependOnceListener('request', () => {
      ended = server.app.get(Drain).end(20);
    });
    const answer = fetch(`${server.url}/docs/json`).then((response) => response.json());
    await eventually(() => expect(ended).toBeDefined());
    await ended;
    const next = await fetch(`${server.url}/docs/json`).catch(() => 'refused');
    expect(next).toBe('refused');
    await server.stop();
    expect(await answer).toHaveProperty('openapi');
  });

  it('answers who has just connected, and has not asked yet', async () => {
    const server = await TestServer.start();
    let stopped: Promise<void> | undefined;
    server.app.getHttpServer().once('connection', () => {
      stopped = server.app
        .get(Drain)
        .end(20)
        .then(() => server.stop());
    });
    const { status } = await fetch(`${server.url}/docs/json`);
    expect(status).toBe(200);
    await stopped;
  });

  it('answers who asks once more on a connection that was idle', async () => {
    const server = await TestServer.start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answers = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answers += text));
    const ask = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';
    socket.write(ask);
    await eventually(() => expect(answers).toContain('"status"'));
    socket.write(ask);
    await server.app.get(Drain).end(20);
    await server.stop();
    await eventually(() => expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2));
    expect(answers).toMatch(/\r\nconnection: close\r\n/);
  });

  it('waits for no answer whose turn never came on a connection that is gone', async () => {
    const server = await TestServer.start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const head = 'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{';
    socket.write(
      `POST /pat HTTP/1.1\r\n${head}GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    await once(socket.resume(), 'close');
    const clock = new TickClock();
    await server.app.get(Drain).end(20);
    expect(clock.stop()).toBeLessThan(1_500);
    await server.stop();
  });
});
