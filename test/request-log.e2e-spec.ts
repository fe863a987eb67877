import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { DomainError } from '../src/errors/domain.error.js';
import type { Problem } from '../src/errors/problem.js';
import { SharedState } from '../src/state/shared-state.js';
import { eventually } from './support/eventually.js';
import { type LoggedServer, startLoggedServer } from './support/logged.server.js';
import { RepositoryFolder } from './support/repository.js';

const ERROR = 50;

describe('the log of requests', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: LoggedServer;
  let token: string;

  beforeAll(async () => {
    server = await startLoggedServer({ GIT_ROOT: folder.path });
    const signedIn = await ask('POST /clone', { body: { path: 'one' } });
    ({ accessToken: token } = (await signedIn.json()) as { accessToken: string });
  });

  afterAll(async () => {
    await server.app.close();
    folder.remove();
  });

  beforeEach(() => {
    server.lines.length = 0;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function ask(
    route: string,
    { body, headers }: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const [method, path] = route.split(' ');
    return fetch(`${server.url}${String(path)}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  const linesOf = (id: unknown) => server.lines.filter(({ requestId }) => requestId === id);

  it.each([
    ['GET /nowhere', {}, 404, 'not_found'],
    ['PUT /session', {}, 404, 'not_found'],
    ['GET /%zz', {}, 400, 'invalid_request'],
    ['GET /session', { headers: { authorization: 'Bearer x' } }, 401, 'unauthorized'],
    ['GET /actions?since=never', {}, 400, 'invalid_request'],
    ['GET /replies/none', {}, 404, 'reply_not_found'],
    ['POST /clone', { body: { path: 'x'.repeat(100_000) } }, 413, 'body_too_large'],
    ['POST /recaps', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['POST /pat', { body: {} }, 400, 'invalid_request'],
  ])('has %s %j by the id that its client was told, with its code', async (...row) => {
    const [route, options, status, code] = row;
    const answer = await ask(route, options);
    const problem = (await answer.json()) as Problem;
    expect([answer.status, problem.code]).toEqual([status, code]);
    expect(answer.headers.get('x-request-id')).toBe(problem.requestId);
    await eventually(() => {
      expect(linesOf(problem.requestId)).toContainEqual(expect.objectContaining({ status, code }));
    });
  });

  it('has the id that a proxy gave the request, if it is one', async () => {
    for (const [sent, logged] of [
      ['a6b1c9e5d2f04f7c8d1e2f3a4b5c6d7e', 'a6b1c9e5d2f04f7c8d1e2f3a4b5c6d7e'],
      ['"} no id {"', undefined],
      ['x'.repeat(200), undefined],
    ]) {
      const answer = await ask('GET /health/live', { headers: { 'x-request-id': sent! } });
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f-]{36}$/);
      await eventually(() => {
        expect(linesOf(id).map(({ proxyRequestId }) => proxyRequestId)).toEqual([logged]);
      });
    }
  });

  it('tells the cause of an outage once, not at every request that meets it', async () => {
    const away = new DomainError('state_unavailable', 'It is away.');
    jest.spyOn(server.app.get(SharedState), 'visit').mockRejectedValue(away);
    jest.spyOn(server.app.get(SharedState), 'get').mockRejectedValue(away);
    const ids = new Set<string>();
    for (let count = 0; count < 20; count += 1) {
      const answer = await ask('GET /replies');
      expect(answer.status).toBe(503);
      ids.add(String(answer.headers.get('x-request-id')));
    }
    await eventually(() => {
      const requests = server.lines.filter(({ msg }) => msg === 'request');
      expect(new Set(requests.map(({ requestId }) => requestId))).toEqual(ids);
    });
    expect(server.lines.filter(({ level }) => level === ERROR)).toHaveLength(1);
  });
});
