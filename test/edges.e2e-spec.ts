import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './support/eventually.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, SocketClient } from './support/socket.client.js';

const APP = 'https://recap.example.com';

describe('at its edges the server', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path, CORS_ORIGINS: APP });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  /** Opens a connection and writes the pieces with pauses, until it is answered or closed; all that came back. */
  const speak = async (...pieces: string[]): Promise<string> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // What is still written when the server has closed resets the connection.
    socket.on('error', () => undefined);
    for (const piece of pieces) {
      if (answer || !socket.writable) break;
      socket.write(piece);
      await pause(50);
    }
    await closed;
    return answer;
  };
  const dribble = (start: string, piece: string): string[] => [
    start,
    ...Array<string>(400).fill(piece),
  ];

  it('lets the pages of CORS_ORIGINS read answers and open sockets, and no others', async () => {
    const grant = await server.clone('one');
    const asked = async (origin: string) => {
      const headers = { origin };
      const { headers: answered } = await server.get('/session', {
        token: grant.accessToken,
        headers,
      });
      const open = SocketClient.open(server.url, grant.sessionId, grant.accessToken, { headers });
      const opened = await open.catch((error: unknown) => error);
      if (opened instanceof SocketClient) await opened.close();
      return {
        allowed: answered.get('access-control-allow-origin'),
        status: opened instanceof HandshakeRefused ? opened.problem.code : 'open',
      };
    };
    expect(await asked(APP)).toEqual({ allowed: APP, status: 'open' });
    expect((await asked(server.url)).status).toBe('open');
    for (const foreign of [`${APP}.evil.example`, 'http://recap.example.com', 'null', '']) {
      const { allowed, status } = await asked(foreign);
      expect([foreign, allowed]).toEqual([foreign, null]);
      expect([foreign, status]).toEqual([foreign, 'foreign_origin']);
    }
  });

  it('refuses URLs and headers beyond sixteen kilobytes', async () => {
    for (const long of [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n`, 'GET / HTTP/1.1\r\n']) {
      const answer = await speak(`${long}Host: localhost\r\nX-Long: ${'b'.repeat(20_000)}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 431 /);
      expect(answer).toContain('"code":"header_too_large"');
    }
  });

  it('refuses what is no HTTP', async () => {
    const answer = await speak('\x16\x03\x01 hello\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"invalid_request"');
  });

  it('answers by itself what Node would refuse without a word or a line in the log', async () => {
    const end = 'Connection: close\r\n\r\n';
    const hostless = await speak(`GET /health/live HTTP/1.1\r\n${end}`);
    expect(hostless).toMatch(/^HTTP\/1.1 400 /);
    expect(hostless).toMatch(/\r\nx-request-id: /i);
    expect(hostless).toContain('"code":"invalid_request"');
    const live = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n';
    expect(await speak(`${live}Expect: a-miracle\r\n${end}`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('tells whoever asks for its options, preflight or not', async () => {
    const answer = await fetch(`${server.url}/session`, { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('vary')]).toEqual([
      204,
      'Origin, Access-Control-Request-Headers',
    ]);
  });

  it('keeps connections open without saying for how long, and closes those of HTTP/1.0', async () => {
    const { headers } = await server.get('/health/live', { headers: { connection: 'keep-alive' } });
    expect(headers.get('connection')).toBe('keep-alive');
    expect(headers.get('keep-alive')).toBeNull();
    expect(server.app.getHttpServer().keepAliveTimeout).toBe(72_000);
    const answer = await speak('GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toContain('\r\nConnection: close\r\n');
  });

  const JSON_HEAD = 'Host: localhost\r\nContent-Type: application/json\r\n';
  it.each([
    [
      'comes is too much',
      `POST /pat HTTP/1.1\r\n${JSON_HEAD}Content-Length: 10000000\r\n\r\n`,
      413,
    ],
    ['comes is no JSON', `POST /pat HTTP/1.1\r\n${JSON_HEAD}Content-Length: 1\r\n\r\n{`, 400],
    ['is asked for is no URL', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ])('closes the connection when what %s', async (_what, text, status) => {
    const answer = await speak(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    expect(answer).toMatch(/\r\nconnection: close\r\n/);
  });

  it('does not say what it is made of', async () => {
    const answers = await Promise.all([
      server.get('/'),
      server.get('/health/live'),
      server.get('/nowhere'),
      server.post('/pat', '{'),
    ]);
    for (const { headers } of answers) {
      expect([headers.has('server'), headers.has('x-powered-by')]).toEqual([false, false]);
    }
    expect(await speak('no http\r\n\r\n')).not.toMatch(/^(server|x-powered-by):/im);
  });

  describe('gives up on clients that are slow', () => {
    const http = (): Server => server.app.getHttpServer();
    let usual: Pick<Server, 'headersTimeout' | 'requestTimeout'>;

    beforeAll(() => {
      const { headersTimeout, requestTimeout } = http();
      usual = { headersTimeout, requestTimeout };
      Object.assign(http(), { headersTimeout: 500, requestTimeout: 1_000 });
    });

    afterAll(() => {
      Object.assign(http(), usual);
    });

    it.each([
      ['headers', dribble('GET /health/live HTTP/1.1\r\nHost: localhost\r\n', 'X-A: b\r\n')],
      [
        'a body',
        dribble(
          'POST /pat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{',
          ' ',
        ),
      ],
      ['nothing at all', ['']],
    ])('with %s, and serves others meanwhile', async (_name, pieces) => {
      const slow = speak(...pieces);
      expect((await server.get('/health/live')).status).toBe(200);
      const answer = await slow;
      expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
      expect(answer).toContain('\r\nConnection: close\r\n');
      const [, body = ''] = answer.split('\r\n\r\n');
      expect(JSON.parse(body)).toMatchObject({
        status: 408,
        code: 'request_timeout',
        requestId: expect.any(String),
      });
    });

    it('that keep a connection open when they have been answered', async () => {
      const accepted = once(http(), 'connection') as Promise<[Socket]>;
      const port = Number(new URL(server.url).port);
      const lingering = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      lingering.write('no http\r\n\r\n');
      await once(lingering.resume(), 'end');
      const [connection] = await accepted;
      await eventually(() => expect(connection.destroyed).toBe(true));
      lingering.destroy();
    });

    it('within seconds, as it is shipped', () => {
      expect(usual.headersTimeout).toBeLessThanOrEqual(10_000);
      expect(usual.requestTimeout).toBeLessThanOrEqual(20_000);
    });
  });
});
