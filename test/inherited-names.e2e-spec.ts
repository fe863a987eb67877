import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { SocketClient } from './support/socket.client.js';

/** Names that every object has: looked up in a plain object, they seem to be fields of ours. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

describe('a name that every object has', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;
  let grant: SessionGrantDto;
  let token: string;
  let socket: SocketClient;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    grant = await server.clone('one');
    token = grant.accessToken;
    socket = await server.connect(grant);
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const invalid = (name: string) => ({
    code: 'invalid_request',
    status: 400,
    errors: [{ field: name, message: `property ${name} should not exist` }],
  });
  /** `__proto__` in an object literal would be its prototype. */
  const holding = (name: string): string => `{${JSON.stringify(name)}: {"bullets": 15}}`;

  it.each(INHERITED)('%s is refused in a message of the socket', async (name) => {
    for (const data of [holding(name), `{"author": [${holding(name)}]}`]) {
      socket.frames.length = 0;
      socket.sendRaw(`{"event": "recap", "data": ${data}}`);
      const { problem } = (await socket.waitForEvent('error')).data;
      // The parser of frames itself stops at these two.
      const isUnreadable = name === '__proto__' || name === 'constructor';
      const refusal = { code: 'invalid_request', status: 400 };
      expect(problem).toMatchObject(isUnreadable ? refusal : invalid(name));
    }
  });

  it.each(INHERITED)('%s is refused in a body', async (name) => {
    const answer = await server.post<Problem>('/recaps', holding(name), { token });
    // Fastify's own parser does not even read __proto__.
    const problem = name === '__proto__' ? { code: 'malformed_json', status: 400 } : invalid(name);
    expect(answer.body).toMatchObject(problem);
  });

  it.each(INHERITED)('%s is refused in a query', async (name) => {
    const { body } = await server.get<Problem>(`/actions?${name}=1`, { token });
    expect(body).toMatchObject(invalid(name));
  });

  it('is refused in a cursor', async () => {
    const { body: page } = await server.get<ActionsDto>('/actions?since=2000-01-01', {
      token,
    });
    const { timestamp, id } = page.actions[0]!;
    const after = { timestamp, id };
    const { from: since, to: until } = page.coverage;
    const filter = { since, until, timeZone: 'UTC', author: ['*'], type: ['commit'] };
    const withCursor = (cursor: object) => {
      const text = JSON.stringify(cursor).replace('"__proto":', '"__proto__":');
      const encoded = Buffer.from(text).toString('base64url');
      return server.get<Problem>(`/actions?cursor=${encoded}`, { token });
    };
    expect((await withCursor({ filter, after })).status).toBe(200);
    for (const foreign of [{ constructor: 1 }, { __proto: {} }]) {
      const inFilter = await withCursor({ filter: { ...filter, ...foreign }, after });
      const inCursor = await withCursor({ filter, after, ...foreign });
      expect([inFilter.body.code, inCursor.body.code]).toEqual(Array(2).fill('invalid_request'));
    }
  });

  it('means nothing in a header', async () => {
    const headers = Object.fromEntries(INHERITED.map((name) => [name, 'x']));
    expect((await server.get('/session', { token, headers })).status).toBe(200);
  });
});
