import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Reply, ScriptedServer } from '../../../test/support/scripted.server.js';
import { OutboundHttp } from './outbound-http.js';
import { OutboundLimits } from './outbound.limits.js';
import type { OutboundRequest } from './outbound-target.js';

describe('OutboundHttp, asked again', () => {
  let server: ScriptedServer;
  let http: OutboundHttp;
  let content: string;
  let notModified: number;

  /** As GitHub does it: a tag for each content and credential, and news about the limits with a 304. */
  const tagging: Reply = (response, { headers }) => {
    const etag = `W/"${content} for ${headers.authorization ?? 'nobody'}"`;
    const isKnown = headers['if-none-match'] === etag;
    if (isKnown) notModified += 1;
    response.setHeader('etag', etag).setHeader('x-ratelimit-remaining', 4_000 - notModified);
    response.writeHead(isKnown ? 304 : 200).end(isKnown ? undefined : content);
  };

  beforeEach(async () => {
    [content, notModified] = ['first', 0];
    server = await ScriptedServer.start(tagging);
    http = withLimits({});
  });
  afterEach(async () => {
    await http.onApplicationShutdown();
    await server.stop();
  });

  function withLimits(limits: Partial<OutboundLimits>): OutboundHttp {
    return new OutboundHttp(Object.assign(new OutboundLimits(), limits));
  }

  function ask(path = '/', credential = 'one', init: OutboundRequest = {}): Promise<Response> {
    const fetch = http.fetchFor({ provider: 'github', baseUrl: server.url, credential });
    const headers = { authorization: credential, ...(init.headers as Record<string, string>) };
    return fetch(`${server.url}${path}`, { ...init, headers });
  }
  const read = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).text();

  it('gives the kept answer when nothing changed, with the news of the limits', async () => {
    expect(await read()).toBe('first');
    const again = await ask();
    expect([again.status, await again.text()]).toEqual([200, 'first']);
    expect(again.headers.get('x-ratelimit-remaining')).toBe('3999');
    expect(notModified).toBe(1);
  });

  it('gives the new answer when something did, and then knows that one', async () => {
    await read();
    content = 'second';
    expect(await read()).toBe('second');
    expect(await read()).toBe('second');
    expect(notModified).toBe(1);
  });

  it('never shows one credential, or sends with it, what another one was told', async () => {
    await read('/', 'one');
    await read('/', 'two');
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined();
    // A server that judges nobody would give it away, were it kept for all.
    server.replyWith((response) => void response.writeHead(304).end());
    expect((await ask('/', 'three')).status).toBe(304);
  });

  it.each<[string, string, OutboundRequest]>([
    ['another address', '/other', {}],
    ['another form', '/', { headers: { accept: 'text/html' } }],
    ['a question sent by POST', '/', { method: 'POST', body: '{}' }],
  ])('asks without a condition for %s', async (_, path, init) => {
    await read();
    await read(path, 'one', init);
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined();
  });

  it('leaves a condition of the caller to the caller', async () => {
    await read();
    const headers = { 'if-none-match': 'W/"first for one"' };
    expect((await ask('/', 'one', { headers })).status).toBe(304);
  });

  it('keeps no failure', async () => {
    server.replyWith(
      (response) => void response.writeHead(404, { etag: 'W/"gone"' }).end('gone'),
      tagging,
    );
    expect((await ask()).status).toBe(404);
    expect(await read()).toBe('first');
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined();
  });

  describe('keeps within bounds:', () => {
    it('nothing large', async () => {
      http = withLimits({ maxKeptAnswerSize: 8_192 });
      content = 'x'.repeat(5_000);
      await read();
      expect(await read()).toBe(content);
      expect(notModified).toBe(0);
    });

    it('what was asked for last, of all together', async () => {
      http = withLimits({ maxKeptSize: 25_000 });
      content = 'x'.repeat(5_000);
      for (const path of ['/1', '/2', '/1', '/3']) await read(path);
      notModified = 0;
      await read('/1');
      expect(notModified).toBe(1);
      await read('/2');
      expect(notModified).toBe(1);
    });

    it('not for long', async () => {
      http = withLimits({ keptAnswerAge: -1 });
      await read();
      await read();
      expect(notModified).toBe(0);
    });
  });
});
