import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { SocketClient } from './support/socket.client.js';

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
  'POST /session/socket-tickets': 'session',
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
/** The same files for everybody: the page and the documents; and what answers CORS preflights. */
const FILES = /^(GET \/((docs|app|styles|vendor)(\/.*)?|index\.html|favicon\.svg)?|OPTIONS \*)$/;

/** Where sockets are opened: without an upgrade it is no route, and says so. */
const HANDSHAKE = 'GET /ws/{sessionId}';

/** Who may send what on a socket, which is a session's own; some messages name a reply. */
const EVENTS: Readonly<Record<string, 'session' | 'session of the reply'>> = {
  recap: 'session',
  chat: 'session of the reply',
  resume: 'session of the reply',
  cancel: 'session of the reply',
};

describe('the routes', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('are exactly those that are listed here, as the API document has them', async () => {
    const { body } = await server.get<OpenApi>('/docs/json');
    const served = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  });

  it('are no others in what Fastify has registered, documented or not', () => {
    const fastify = server.app.getHttpAdapter().getInstance();
    const registered = routesOf(fastify.printRoutes({ commonPrefix: false }));
    const files = registered.filter((route) => FILES.test(route));
    expect(files).toEqual(expect.arrayContaining(['GET /', 'GET /docs/json', 'GET /app/main.js']));
    expect(registered).toContain(HANDSHAKE);
    const others = registered.filter((route) => !FILES.test(route) && route !== HANDSHAKE);
    expect(others.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  });

  it.each(Object.entries(ACCESS))('%s: %s', async (route, access) => {
    const [method = '', path = ''] = route.split(' ');
    const ask = (by: string) =>
      fetch(server.url + path.replace('{replyId}', 'x'), {
        method: by,
        ...(by === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}),
      });
    const response = await ask(method);
    if (access === 'session') {
      expect(response.status).toBe(401);
      expect(((await response.json()) as Problem).code).toBe('unauthorized');
      // Fastify adds it to every GET.
      if (method === 'GET') expect((await ask('HEAD')).status).toBe(401);
    } else {
      expect(response.status).not.toBe(401);
    }
  });

  describe('of the socket', () => {
    let hers: SessionGrantDto;
    let his: SessionGrantDto;
    let hisSocket: SocketClient;
    let herReply: string;

    beforeAll(async () => {
      [hers, his] = await Promise.all([server.clone('one'), server.clone('one')]);
      hisSocket = await server.connect(his);
      const { body } = await server.post<ReplyDto>('/recaps', {}, { token: hers.accessToken });
      herReply = body.replyId;
    });

    it('are exactly those that are listed here', () => {
      expect(socketEvents(server).toSorted()).toEqual(Object.keys(EVENTS).toSorted());
    });

    it('begin with the token of the very session', async () => {
      const none = SocketClient.open(server.url, hers.sessionId);
      await expect(none).rejects.toMatchObject({ status: 401 });
      const foreign = SocketClient.open(server.url, hers.sessionId, his.accessToken);
      await expect(foreign).rejects.toMatchObject({ status: 403 });
    });

    it.each(Object.entries(EVENTS))('%s: %s', async (event, access) => {
      hisSocket.frames.length = 0;
      if (access === 'session') {
        hisSocket.send(event);
        const { data } = await hisSocket.waitForEvent('accepted');
        expect(data.replyId).not.toBe(herReply);
        await hisSocket.waitForEnd(data.replyId);
        return;
      }
      const rest = { resume: { after: 0 }, chat: { text: 'What did she do?' } }[event];
      hisSocket.send(event, { replyId: herReply, ...rest });
      const { data } = await hisSocket.waitFor((frame) => frame.data.replyId === herReply);
      expect(data.problem?.code).toBe('reply_not_found');
    });
  });
});

/** Reads the tree that Fastify prints: four columns a level, the methods in brackets. */
function routesOf(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, name, methods] = /^(.*?)[├└]── (\S+)(?: \((.+)\))?/.exec(line) ?? [];
    if (indent === undefined || name === undefined) return [];
    const depth = indent.length / 4;
    const path = (depth > 0 ? (parents[depth - 1] ?? '') : '') + name;
    parents[depth] = path;
    return (methods ?? '')
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
}

/** What the gateways of all modules listen for. */
function socketEvents({ app }: TestServer): string[] {
  const modules = [...app.get(ModulesContainer).values()];
  const classes = new Set(
    modules.flatMap(({ providers }) => [...providers.values()].map(({ metatype }) => metatype)),
  );
  return [...classes].flatMap((type) => {
    const methods: unknown[] = Object.values(
      Object.getOwnPropertyDescriptors((type?.prototype as object | undefined) ?? {}),
    ).map(({ value }) => value);
    return methods
      .filter((method) => typeof method === 'function')
      .map((method) => Reflect.getMetadata('message', method) as string | undefined)
      .filter((event) => event !== undefined);
  });
}
