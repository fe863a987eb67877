import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { randomBytes } from 'node:crypto';
import type { SessionDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import { SessionService } from '../src/auth/session.service.js';
import { TokenService } from '../src/auth/token.service.js';
import type { Problem } from '../src/errors/problem.js';
import { SharedState, type StateKey } from '../src/state/shared-state.js';
import { eventually } from './support/eventually.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { TickClock } from './support/tick.clock.js';

describe('a session', () => {
  const folder = new RepositoryFolder()
    .add('one', [{ subject: 'feat: one' }])
    .add('two', [{ subject: 'feat: two' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('begins with a repository and tells who and what it is', async () => {
    const grant = await server.clone('one');
    expect(grant.tokenType).toBe('Bearer');
    expect(grant.idleTimeoutSeconds).toBe(300);
    const { status, body } = await server.get<SessionDto>('/session', { token: grant.accessToken });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sessionId: grant.sessionId,
      user: { verified: false },
      connections: [{ provider: 'git' }],
    });
    expect(JSON.stringify(body)).not.toContain(grant.accessToken);
  });

  it('takes another repository up under the same token', async () => {
    const { accessToken, sessionId } = await server.clone('one');
    const added = await server.post<SessionGrantDto>(
      '/clone',
      { path: 'two' },
      { token: accessToken },
    );
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ sessionId, accessToken });
    expect(added.body.connections).toHaveLength(2);
    const repos = await server.get<{ total: number }>('/repos', { token: accessToken });
    expect(repos.body.total).toBe(2);
  });

  it('keeps every one of ten connections that are added at once, and refuses the eleventh', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `many-${String(index)}`);
    for (const name of names) folder.add(name, [{ subject: 'feat: x' }]);
    const { accessToken: token } = await server.clone(names[0]);
    const added = await Promise.all(
      names.slice(1, 10).map((path) => server.post('/clone', { path }, { token })),
    );
    expect(added.map(({ status }) => status)).toEqual(Array(9).fill(201));
    const session = await server.get<SessionDto>('/session', { token });
    expect(session.body.connections).toHaveLength(10);
    const eleventh = await server.post<Problem>('/clone', { path: names[10] }, { token });
    expect(eleventh.status).toBe(422);
    expect(eleventh.body.code).toBe('too_many_connections');
  });

  it('ends by sign-out: the token opens nothing any more and sockets close with 4401', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    const out = await server.delete('/session', { token: grant.accessToken });
    expect(out.status).toBe(204);
    const { status, body } = await server.get<Problem>('/session', { token: grant.accessToken });
    expect(status).toBe(401);
    expect(body.code).toBe('session_over');
    expect((await socket.closed).code).toBe(4401);
  });

  it.each([
    ['no token', undefined],
    ['a token that is none', 'abc.def.ghi'],
    ['a token cut short', 'eyJhbGciOiJIUzI1NiJ9.e30'],
  ])('refuses %s', async (_name, token) => {
    const { status, body, headers } = await server.get<Problem>('/session', { token });
    expect(status).toBe(401);
    expect(body.code).toBe('unauthorized');
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('leaves nothing of a reply that ends at the same time', async () => {
    const { accessToken: token, sessionId } = await server.clone('one');
    const state = server.app.get(SharedState);
    const replace = state.replace.bind(state);
    const kept: StateKey[] = [];
    jest.spyOn(state, 'replace').mockImplementation(async (key, ...write) => {
      if (!key.name.startsWith('content:')) return replace(key, ...write);
      await server.delete('/session', { token });
      const written = await replace(key, ...write);
      if (written) kept.push(key);
      return written;
    });
    try {
      expect((await server.post('/recaps', {}, { token })).status).toBe(200);
      await eventually(() => expect(kept).toMatchObject([{ scope: sessionId }]));
      await eventually(async () => expect(await state.get(kept[0]!)).toBeUndefined());
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('is over although something of it was left behind', async () => {
    const { accessToken: token, sessionId } = await server.clone('one');
    const identity = await server.app.get(TokenService).verify(token);
    const sessions = server.app.get(SessionService);
    expect(await sessions.touch(identity)).toBe(true);
    await server.delete('/session', { token });
    await server.app.get(SharedState).set({ scope: sessionId, name: 'late' }, 'x', 60_000);
    expect(await sessions.touch(identity)).toBe(false);
  });

  it('refuses a token signed with another secret, an expired one, and one without a signature', async () => {
    const grant = await server.clone('one');
    const jwt = new JwtService();
    const [header = '', payload = '', signature = ''] = grant.accessToken.split('.');
    const claims = jwt.decode<Record<string, unknown>>(grant.accessToken);
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const forged = await jwt.signAsync(claims, {
      secret: randomBytes(32).toString('hex'),
      keyid: kid,
    });
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', kid })).toString('base64url');
    const swapped = Buffer.from(JSON.stringify({ ...claims, sid: 'another' })).toString(
      'base64url',
    );
    for (const token of [
      forged,
      `${unsigned}.${payload}.x`,
      `${header}.${swapped}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    ]) {
      const { status } = await server.get('/session', { token });
      expect(status).toBe(401);
    }
  });

  it('refuses a bad token even where none is needed', async () => {
    const { status } = await server.post('/clone', { path: 'one' }, { token: 'abc.def.ghi' });
    expect(status).toBe(401);
  });
});

describe('a session without use', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path, SESSION_IDLE_SECONDS: '1' });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is over after its idle time, and every request puts that off', async () => {
    const { accessToken: token } = await server.clone('one');
    const startedAt = Date.now();
    while (Date.now() - startedAt < 1_500) {
      expect((await server.get('/session', { token })).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const { status, body } = await server.get<Problem>('/session', { token });
    expect(status).toBe(401);
    expect(body.code).toBe('session_over');
  });

  it('closes its socket with 4401, and heartbeats do not put that off', async () => {
    const socket = await server.connect(await server.clone('one'));
    const beating = setInterval(() => {
      socket.ping();
    }, 100);
    const { code } = await socket.closed.finally(() => {
      clearInterval(beating);
    });
    expect(code).toBe(4401);
  });

  it('closes its socket within a second of its end, which requests on another way put off', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    let usedAt = 0;
    let clock = new TickClock();
    for (let use = 0; use < 4; use += 1) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      usedAt = Date.now();
      clock.stop();
      clock = new TickClock();
      expect((await server.get('/session', { token: grant.accessToken })).status).toBe(200);
    }
    expect((await socket.closed).code).toBe(4401);
    expect(Date.now() - usedAt).toBeGreaterThan(990);
    expect(clock.stop()).toBeLessThan(2_000);
  });

  it('ends with its token at the latest', async () => {
    const brief = await TestServer.start({ GIT_ROOT: folder.path, SESSION_MAX_SECONDS: '1' });
    try {
      const { accessToken: token } = await brief.clone('one');
      await eventually(async () => {
        expect((await brief.get('/session', { token })).status).toBe(401);
      });
    } finally {
      await brief.stop();
    }
  });
});
