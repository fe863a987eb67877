import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditLog } from '../src/auth/audit.log.js';
import type { SessionGrantDto, SocketTicketDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { SharedState } from '../src/state/shared-state.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { HandshakeRefused, SocketClient } from './support/socket.client.js';

const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
const secret = (): string => randomBytes(32).toString('hex');

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(() => {
  folder.remove();
});

const issue = (server: TestServer, { accessToken: token }: SessionGrantDto) =>
  server.post<SocketTicketDto>('/session/socket-tickets', undefined, { token });
const ticketOf = async (server: TestServer, grant: SessionGrantDto): Promise<string> =>
  (await issue(server, grant)).body.ticket;

const open = (server: TestServer, sessionId: string, ticket: string): Promise<SocketClient> => {
  const protocols = ['git-recap.v1', `ticket.${ticket}`];
  return SocketClient.open(server.url, sessionId, undefined, { protocols });
};
/** `open`, or the code of the problem. */
const verdict = async (server: TestServer, sessionId: string, ticket: string) => {
  try {
    await (await open(server, sessionId, ticket)).close();
    return 'open';
  } catch (error) {
    if (error instanceof HandshakeRefused) return `${error.status} ${String(error.problem.code)}`;
    throw error;
  }
};

describe('a ticket for a socket', () => {
  let server: TestServer;
  let grant: SessionGrantDto;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    grant = await server.clone('one');
  });

  afterAll(() => server.stop());

  it('is good for half a minute, and its answer is kept nowhere', async () => {
    const kept = jest.spyOn(server.app.get(SharedState), 'set');
    const before = Date.now();
    const { status, headers, body } = await issue(server, grant);
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      ticket: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: expect.any(String),
    });
    const lifetime = Date.parse(body.expiresAt) - before;
    expect(lifetime).toBeGreaterThanOrEqual(30_000);
    expect(lifetime).toBeLessThan(60_000);
    const tickets = kept.mock.calls.filter(([{ name }]) => name === 'ticket');
    expect(tickets.map(([, , ttl]) => ttl)).toEqual([30_000]);
  });

  it('opens a socket of its session that can do all that others can', async () => {
    const socket = await open(server, grant.sessionId, await ticketOf(server, grant));
    expect(socket.protocol).toBe('git-recap.v1');
    socket.send('recap', { author: ['*'] });
    const { replyId } = (await socket.waitForEvent('accepted')).data;
    expect((await socket.waitForEnd(replyId)).event).toBe('done');
    await socket.close();
  });

  it('opens one, however many try at the same time', async () => {
    const ticket = await ticketOf(server, grant);
    const tries = Array.from({ length: 10 }, () => verdict(server, grant.sessionId, ticket));
    expect((await Promise.all(tries)).toSorted()).toEqual([
      ...Array<string>(9).fill('401 ticket_refused'),
      'open',
    ]);
  });

  it('is of no use when its time is over', async () => {
    const state = server.app.get(SharedState);
    const set = state.set.bind(state);
    jest
      .spyOn(state, 'set')
      .mockImplementation((key, value, ttl) => set(key, value, key.name === 'ticket' ? 1 : ttl));
    const ticket = await ticketOf(server, grant);
    await pause(50);
    expect(await verdict(server, grant.sessionId, ticket)).toBe('401 ticket_refused');
  });

  it.each([
    ['empty', ''],
    ['invented', randomBytes(32).toString('base64url')],
    ['too short', 'x'],
    ['no ticket by its letters', 'a'.repeat(42) + '!'],
  ])('is none when it is %s, and the access token beside it does not help', async (_, ticket) => {
    expect(await verdict(server, grant.sessionId, ticket)).toBe('401 ticket_refused');
    const protocols = ['git-recap.v1', `ticket.${ticket}`, `bearer.${grant.accessToken}`];
    const both = SocketClient.open(server.url, grant.sessionId, grant.accessToken, { protocols });
    await expect(both).rejects.toMatchObject({ status: 401, problem: { code: 'ticket_refused' } });
  });

  it('is spent when it is shown at the socket of another session', async () => {
    const other = await server.clone('one');
    const ticket = await ticketOf(server, grant);
    expect(await verdict(server, other.sessionId, ticket)).toBe('403 forbidden');
    expect(await verdict(server, grant.sessionId, ticket)).toBe('401 ticket_refused');
  });

  it('is spent by a page that may not open sockets here: a proxy may have logged it', async () => {
    const ticket = await ticketOf(server, grant);
    const foreign = SocketClient.open(server.url, grant.sessionId, undefined, {
      protocols: ['git-recap.v1', `ticket.${ticket}`],
      headers: { origin: 'https://evil.example' },
    });
    await expect(foreign).rejects.toMatchObject({ status: 403 });
    expect(await verdict(server, grant.sessionId, ticket)).toBe('401 ticket_refused');
  });

  it('opens nothing when its session has ended', async () => {
    const ended = await server.clone('one');
    const ticket = await ticketOf(server, ended);
    await server.delete('/session', { token: ended.accessToken });
    expect(await verdict(server, ended.sessionId, ticket)).toBe('401 session_over');
  });

  it('is written down: who asked for it, and who came with a bad one; never the ticket', async () => {
    const record = jest.spyOn(server.app.get(AuditLog), 'record');
    const { ticket } = (await issue(server, grant)).body;
    await verdict(server, grant.sessionId, ticket);
    await verdict(server, grant.sessionId, ticket);
    const lines = record.mock.calls.map(([line]) => line);
    expect(lines).toMatchObject([
      {
        event: 'socket_ticket',
        sessionId: grant.sessionId,
        user: grant.user.id,
        client: '127.0.0.1',
        requestId: expect.any(String),
      },
      { event: 'refusal', code: 'ticket_refused', route: 'GET /ws/:sessionId' },
    ]);
    expect(JSON.stringify(lines)).not.toContain(ticket);
  });
});

describe('tickets', () => {
  it('count as requests of their session', async () => {
    const server = await TestServer.start({
      GIT_ROOT: folder.path,
      RATE_LIMIT_PER_MINUTE: '3',
      TRUST_PROXY: '127.0.0.1',
    });
    // The address of all other specs has been counted already.
    const headers = { 'x-forwarded-for': `203.0.113.${String(randomInt(256))}` };
    const grant = await server.clone('one', { headers });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await issue(server, grant)).status);
    expect(statuses).toEqual([201, 201, 201, 429]);
    await server.stop();
  });
});

// Two servers share something only where there is a Redis between them.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('tickets of two pods on one Redis', () => {
  it('open a socket on either, and one in all', async () => {
    const variables = { GIT_ROOT: folder.path };
    const pods = await Promise.all([TestServer.start(variables), TestServer.start(variables)]);
    const [first, second] = pods;
    const grant = await first.clone('one');
    const ticket = await ticketOf(first, grant);
    const tries = pods.map((pod) => verdict(pod, grant.sessionId, ticket));
    expect((await Promise.all(tries)).toSorted()).toEqual(['401 ticket_refused', 'open']);
    expect(await verdict(second, grant.sessionId, await ticketOf(first, grant))).toBe('open');
    await Promise.all(pods.map((pod) => pod.stop()));
  });

  it('go on while secrets are changed, as access tokens do', async () => {
    const [old, fresh] = [secret(), secret()];
    const start = (...secrets: string[]) =>
      TestServer.start({ GIT_ROOT: folder.path, JWT_SECRET_KEY: secrets.join(',') });
    const [before, during, after] = await Promise.all([
      start(old),
      start(fresh, old),
      start(fresh),
    ]);
    const grant = await before.clone('one');
    const tickets = await Promise.all([1, 2].map(() => ticketOf(before, grant)));
    expect(await verdict(during, grant.sessionId, tickets[0] ?? '')).toBe('open');
    expect(await verdict(after, grant.sessionId, tickets[1] ?? '')).toBe('401 ticket_refused');
    const { body } = await after.get<Problem>('/session', { token: grant.accessToken });
    expect(body.code).toBe('unauthorized');
    await Promise.all([before, during, after].map((pod) => pod.stop()));
  });
});
