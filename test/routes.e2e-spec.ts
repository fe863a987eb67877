import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '../src/errors/problem.js';
import { TestServer } from './support/server.js';

interface OpenApi {
  readonly paths: Record<string, Record<string, { operationId: string }>>;
}

/** Who may call what. A route that is not listed here fails the suite: decide, then list it. */
const ACCESS: Readonly<Record<string, 'public' | 'session'>> = {
  'GET /auth/github': 'public',
  'POST /external-signup': 'public',
  'POST /pat': 'public',
  'POST /clone': 'public',
  'GET /clone': 'public',
  'GET /session': 'session',
  'DELETE /session': 'session',
  'GET /repos': 'session',
  'GET /actions': 'session',
  'POST /recaps': 'session',
  'GET /replies': 'session',
  'GET /replies/{replyId}': 'session',
  'DELETE /replies/{replyId}': 'session',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': 'public',
};

describe('the routes', () => {
  let server: TestServer;
  let served: string[];

  beforeAll(async () => {
    server = await TestServer.start();
    const { body } = await server.get<OpenApi>('/docs/json');
    served = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  });

  afterAll(() => server.stop());

  it('are exactly those that are listed here', () => {
    expect(served.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  });

  it('are exactly those that the server has registered', () => {
    const listing = server.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    for (const name of ['pat', 'clone', 'session', 'repos', 'actions', 'recaps', 'replies']) {
      expect(listing).toContain(name);
    }
  });

  it.each(Object.entries(ACCESS))('%s: %s', async (route, access) => {
    const [method, path = ''] = route.split(' ');
    const response = await fetch(server.url + path.replace('{replyId}', 'x'), {
      method,
      ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
    });
    if (access === 'session') {
      expect(response.status).toBe(401);
      expect(((await response.json()) as Problem).code).toBe('unauthorized');
    } else {
      expect(response.status).not.toBe(401);
    }
  });
});
