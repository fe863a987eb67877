import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const APP = 'https://recap.example.com';
const SECRET = randomBytes(32).toString('hex');
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

describe('every answer', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;
  let grant: SessionGrantDto;
  let token: string;

  beforeAll(async () => {
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      CORS_ORIGINS: APP,
      JWT_SECRET_KEY: SECRET,
    });
    grant = await server.clone('one');
    token = grant.accessToken;
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  /** Writes a head, and reads what comes until the server hangs up. */
  const speak = async (line: string, ...headers: string[]): Promise<string> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`${line} HTTP/1.1\r\n${headers.join('')}\r\n`);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    await once(socket, 'close');
    return answer;
  };

  it.each([
    ['GET', '/', 200],
    ['GET', '/health/live', 200],
    ['GET', '/health/ready', 200],
    ['GET', '/docs/json', 200],
    ['GET', '/docs/asyncapi.json', 200],
    ['GET', '/docs', 200],
    ['GET', '/session', 200],
    ['GET', '/repos', 200],
    ['GET', '/actions', 200],
    ['GET', '/replies/none', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/%zz', 400],
    ['POST', '/pat', 400],
    ['POST', '/recaps', 200],
  ])('says what it depends on and whether it may be stored: %s %s', async (...row) => {
    const [method, path, status] = row;
    for (const origin of [APP, 'https://other.example', undefined]) {
      const answer = await fetch(server.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(origin && { origin }) },
        ...(method === 'POST' && {
          body: '{}',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
            ...(origin && { origin }),
          },
        }),
      });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('vary')).toMatch(/\borigin\b/i);
      expect(answer.headers.get('cache-control')).toMatch(/no-store|no-cache|max-age=0|private/);
      await answer.text();
    }
  });

  it('says so where it has nothing new, streams, or refuses a handshake', async () => {
    const page = await server.get('/');
    const headers = { 'if-none-match': String(page.headers.get('etag')) };
    const unchanged = await server.get('/', { headers });
    expect([unchanged.status, unchanged.headers.get('vary')]).toEqual([304, 'Origin']);

    const accept = { accept: 'text/event-stream', origin: APP };
    const events = await server.post('/recaps', {}, { token, headers: accept });
    expect(events.status).toBe(200);
    expect(events.headers.get('vary')).toBe('Origin, Accept');
    expect(events.headers.get('cache-control')).toBe('no-store');

    for (const refused of [
      await speak(`GET /ws/${grant.sessionId}`, 'Host: localhost\r\n', HANDSHAKE),
      await speak('no http'),
    ]) {
      expect(refused).toMatch(/\r\nVary: Origin\r\n/);
      expect(refused).toMatch(/\r\nCache-Control: no-store\r\n/);
      const { requestId } = JSON.parse(refused.split('\r\n\r\n')[1]!) as Problem;
      expect(refused).toContain(`\r\nX-Request-Id: ${String(requestId)}\r\n`);
    }
  });

  it('with a token in it is not to be stored', async () => {
    const { headers } = await server.post('/clone', { path: 'one' });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('makes no promise of https for others on its host, unless it was asked to', async () => {
    expect((await server.get('/')).headers.get('strict-transport-security')).toBeNull();
    const asked = await TestServer.start({ HSTS_SECONDS: '86400' });
    const { headers } = await asked.get('/');
    await asked.stop();
    expect(headers.get('strict-transport-security')).toBe('max-age=86400');
  });

  it('refuses requests with two Host headers', async () => {
    const two = 'Host: localhost\r\nHost: localhost\r\nConnection: close\r\n';
    const handshake = two.replace('Connection: close\r\n', HANDSHAKE);
    const bearer = `Authorization: Bearer ${token}\r\n`;
    for (const answer of [
      await speak('GET /health/live', two),
      await speak(`GET /ws/${grant.sessionId}`, handshake, bearer),
    ]) {
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('A request has one Host header.');
    }
  });

  it.each<[string, object]>([
    ['without an end', { exp: undefined }],
    ['with an end that is none', { exp: 4e9 + 0.5 }],
    ['with another kind of session', { sid: { $ne: '' } }],
    ['with a session of a strange name', { sid: 'a}:b{c' }],
    ['without a session', { sid: undefined }],
    ['with a subject that is none', { sub: undefined }],
    ['with a key that is too short', { key: 'AAAA' }],
  ])('is 401 to a token of our own secret %s', async (_name, claims) => {
    const keyid = createHmac('sha256', SECRET).update('git-recap/kid').digest('base64url');
    const usual = {
      sub: 'git:me',
      sid: grant.sessionId,
      exp: Math.floor(Date.now() / 1000) + 600,
      key: randomBytes(32).toString('base64url'),
    };
    const forged = new JwtService({ secret: SECRET }).sign(
      JSON.parse(JSON.stringify({ ...usual, ...claims })) as object,
      {
        keyid: keyid.slice(0, 8),
        algorithm: 'HS256',
        issuer: 'git-recap',
        audience: 'git-recap-api',
      },
    );
    const answer = await server.get<Problem>('/session', { token: forged });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
  });

  it.each([
    '{"event":"recap","data":{"__proto__":{"bullets":1}}}',
    '{"event":"recap","data":{"constructor":{"prototype":{"x":1}}}}',
  ])('refuses frames with foreign keys: %s', async (frame) => {
    const socket = await server.connect(grant);
    socket.sendRaw(frame);
    const { event, data } = await socket.waitFor(() => true);
    expect([event, data.problem?.code]).toEqual(['error', 'invalid_request']);
    await socket.close();
  });
});

describe('behind a proxy that writes ports into X-Forwarded-For', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '10' });
  });

  afterAll(() => server.stop());

  const statuses = async (clients: string[]): Promise<Set<number>> => {
    const asked = clients.map((client) =>
      server.get('/session', { headers: { 'x-forwarded-for': client } }),
    );
    return new Set((await Promise.all(asked)).map(({ status }) => status));
  };

  it('clients are counted one by one, whatever their port', async () => {
    const random = (): number => Math.ceil(Math.random() * 60_000);
    const net = `198.18.${Math.floor(Math.random() * 250)}`;
    const many = Array.from({ length: 30 }, (_, one) => `${net}.${one + 1}:${random()}`);
    expect(await statuses(many)).toEqual(new Set([401]));
    const one = Array.from({ length: 30 }, () => `${net}.200:${random()}`);
    expect(await statuses(one)).toEqual(new Set([401, 429]));
    const prefix = random().toString(16);
    const sixes = Array.from({ length: 30 }, (_, n) => `[2001:db8:${prefix}:${n}::7]:${random()}`);
    expect(await statuses(sixes)).toEqual(new Set([401]));
    const six = Array.from({ length: 30 }, () => `[2001:db8:${prefix}:fff::7]:${random()}`);
    expect(await statuses(six)).toEqual(new Set([401, 429]));
  });
});
