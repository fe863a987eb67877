import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Reply, ScriptedServer } from '../../../test/support/scripted.server.js';
import { stubResolver } from '../../../test/support/stub-resolver.js';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { OutboundHttp } from './outbound-http.js';
import { OutboundLimits } from './outbound.limits.js';
import type { OutboundRequest } from './outbound-target.js';

const SECRET = 'ghp_secret';

const ok: Reply = (response) => void response.end('fine');
const hang: Reply = () => undefined;
const cut: Reply = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('half', () => response.destroy());
};
const answering =
  (status: number, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end();

describe('OutboundHttp', () => {
  let server: ScriptedServer;
  let http: OutboundHttp;

  beforeEach(async () => {
    server = await ScriptedServer.start(ok);
    http = withLimits({});
  });
  afterEach(async () => {
    await http.onApplicationShutdown();
    await server.stop();
  });

  function withLimits(limits: Partial<OutboundLimits>): OutboundHttp {
    const quick = { firstPause: 5, headersTimeout: 1_000, bodyTimeout: 1_000 };
    return new OutboundHttp(Object.assign(new OutboundLimits(), quick, limits));
  }

  const ask = (init: OutboundRequest = {}, credential = SECRET, path = '/'): Promise<Response> => {
    const fetch = http.fetchFor({ provider: 'github', baseUrl: server.url, credential });
    return fetch(`${server.url}${path}`, {
      headers: { authorization: `Bearer ${credential}` },
      ...init,
    });
  };

  const failure = async (asking: Promise<unknown>): Promise<DomainError> => {
    const error: unknown = await asking.catch((reason: unknown) => reason);
    if (!(error instanceof DomainError)) throw new Error('no DomainError', { cause: error });
    return error;
  };

  it('keeps out of private networks that a name leads into, unless the operator named it', async () => {
    const url = server.url.replace('127.0.0.1', 'provider.example');
    const leadsTo = (...addresses: string[]) => stubResolver(() => Promise.resolve(addresses));
    const askAt = async (settings: Partial<Environment>, ...addresses: string[]) => {
      const environment = Object.assign(new Environment(), settings);
      const outbound = new OutboundHttp(new OutboundLimits(), environment, leadsTo(...addresses));
      const answer = outbound.fetchFor({ provider: 'github', baseUrl: url })(url);
      return answer.finally(() => outbound.onApplicationShutdown());
    };
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', 'fd00::1']) {
      const refused = await failure(askAt({ PROVIDER_HOSTS: ['*'] }, '93.184.216.34', address));
      expect(refused.code).toBe('host_refused');
    }
    expect(server.requests).toEqual([]);
    for (const named of [{ PROVIDER_HOSTS: [url] }, { GITHUB_API_URL: url }]) {
      expect((await askAt(named, '127.0.0.1')).status).toBe(200);
    }
  });

  it('gives the answer and says who asks', async () => {
    const answer = await ask();
    expect(await answer.text()).toBe('fine');
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'git-recap',
      authorization: `Bearer ${SECRET}`,
    });
  });

  it('leaves statuses below 500 to the caller', async () => {
    server.replyWith(answering(404));
    expect((await ask()).status).toBe(404);
    expect(server.requests).toHaveLength(1);
  });

  describe('asking again', () => {
    it.each([
      ['after a fault', answering(502)],
      ['after a cut answer', cut],
    ])('happens %s', async (_, fault) => {
      server.replyWith(fault, fault, ok);
      expect(await (await ask()).text()).toBe('fine');
      expect(server.requests).toHaveLength(3);
    });

    it('ends, and the provider is named', async () => {
      server.replyWith(answering(500));
      const error = await failure(ask());
      expect(error).toMatchObject({ code: 'provider_failed', message: 'GitHub answered 500' });
      expect(server.requests).toHaveLength(4);
    });

    it('is not for what may have changed something', async () => {
      server.replyWith(answering(502));
      expect(await failure(ask({ method: 'POST', body: '{}' }))).toMatchObject({
        code: 'provider_failed',
      });
      expect(server.requests).toHaveLength(1);
    });

    it('is for a question that is sent by POST', async () => {
      server.replyWith(answering(502), ok);
      const answer = await ask({ method: 'POST', body: '{}', repeatable: true });
      expect(await answer.text()).toBe('fine');
      expect(server.requests).toHaveLength(2);
    });

    it('waits as long as a fault says', async () => {
      server.replyWith(answering(503, { 'retry-after': '1' }), ok);
      const before = performance.now();
      await ask();
      expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    });
  });

  describe('limits of the provider', () => {
    it.each([429, 403])(
      'are waited for when that is short (%i), whatever the method',
      async (status) => {
        server.replyWith(answering(status, { 'retry-after': '1' }), ok);
        const answer = await ask({ method: 'POST', body: '{}' });
        expect(await answer.text()).toBe('fine');
      },
    );

    it('are an error that says when to come back when it is long', async () => {
      const reset = Math.floor(Date.now() / 1_000) + 900;
      server.replyWith(
        answering(403, {
          'x-ratelimit-limit': '5000',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(reset),
        }),
      );
      expect(await failure(ask())).toMatchObject({
        code: 'provider_rate_limited',
        retryAt: new Date(reset * 1_000),
      });
      expect(server.requests).toHaveLength(1);
    });

    it('without a time mean a minute', async () => {
      server.replyWith(answering(429));
      const before = Date.now();
      const { retryAt } = await failure(ask());
      expect(retryAt?.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    });

    it('are not what zeros of a server without limits mean', async () => {
      server.replyWith(answering(403, { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0' }));
      expect((await ask()).status).toBe(403);
    });
  });

  describe('time', () => {
    it('for the head of an answer is bounded, and one more try is all', async () => {
      http = withLimits({ headersTimeout: 100 });
      server.replyWith(hang);
      expect(await failure(ask())).toMatchObject({ code: 'provider_timeout' });
      expect(server.requests).toHaveLength(2);
    });

    it('for the rest of an answer is bounded', async () => {
      http = withLimits({ bodyTimeout: 100 });
      server.replyWith((response) => void response.write('begun'));
      expect(await failure(ask())).toMatchObject({ code: 'provider_timeout' });
    });

    it('is bounded in all, for answers that trickle', async () => {
      http = withLimits({ totalTimeout: 300 });
      server.replyWith((response) => {
        const drip = setInterval(() => response.write('.'), 20);
        response.once('close', () => {
          clearInterval(drip);
        });
      });
      expect(await failure(ask())).toMatchObject({ code: 'provider_timeout' });
    });

    it('ends when the caller leaves, with the caller’s reason', async () => {
      server.replyWith(hang);
      const leaving = new AbortController();
      const asking = ask({ signal: leaving.signal });
      const reason = new Error('the reader left');
      setTimeout(() => {
        leaving.abort(reason);
      }, 50);
      await expect(asking).rejects.toBe(reason);
    });

    it('spent waiting to ask again ends then too', async () => {
      server.replyWith(answering(429, { 'retry-after': '15' }));
      const leaving = AbortSignal.timeout(100);
      const reason: unknown = await ask({ signal: leaving }).catch((error: unknown) => error);
      expect(reason).toBe(leaving.reason);
    });
  });

  describe('size', () => {
    it('is bounded after decompression, without another try', async () => {
      http = withLimits({ maxBodySize: 10_000 });
      const bomb = gzipSync(Buffer.alloc(1_000_000));
      server.replyWith((response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      });
      expect(bomb.byteLength).toBeLessThan(10_000);
      expect(await failure(ask())).toMatchObject({ code: 'provider_failed' });
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('the credential', () => {
    let other: ScriptedServer;

    beforeEach(async () => {
      other = await ScriptedServer.start(ok);
    });
    afterEach(async () => other.stop());

    it('does not follow a redirect to another host', async () => {
      server.replyWith(answering(302, { location: other.url }));
      expect(await failure(ask())).toMatchObject({ code: 'provider_failed' });
      expect(other.requests).toHaveLength(0);
    });

    it('follows one to the same host, a few times', async () => {
      server.replyWith(answering(301, { location: '/renamed' }), ok);
      expect(await (await ask()).text()).toBe('fine');
      expect(server.requests[1]?.url).toBe('/renamed');
      server.requests.length = 0;
      server.replyWith(answering(301, { location: '/again' }));
      expect(await failure(ask())).toMatchObject({ code: 'provider_failed' });
      expect(server.requests).toHaveLength(4);
    });

    it('is not sent to a host that a provider’s answer names', async () => {
      const fetch = http.fetchFor({ provider: 'github', baseUrl: server.url, credential: SECRET });
      expect(await failure(fetch(`${other.url}/next`))).toMatchObject({ code: 'provider_failed' });
      expect(other.requests).toHaveLength(0);
    });

    it('is in no error', async () => {
      const telling: Reply = (response) => void response.writeHead(500).end(SECRET);
      for (const fault of [
        telling,
        cut,
        answering(429),
        answering(302, { location: '//a.test' }),
      ]) {
        server.replyWith(fault);
        const error = await failure(ask({}, SECRET, `/?token=${SECRET}`));
        expect(inspected(error)).not.toContain(SECRET);
      }
    });
  });

  describe('requests in flight', () => {
    const slowly: Reply = (response) => {
      setTimeout(() => response.end('fine'), 30);
    };

    it('are 20 at most for one credential', async () => {
      server.replyWith(slowly);
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask()));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      expect(server.maxInFlight).toBe(20);
    });

    it('of one credential do not hold up another’s', async () => {
      server.replyWith(slowly);
      await Promise.all(
        ['one', 'two'].flatMap((credential) =>
          Array.from({ length: 20 }, () => ask({}, credential)),
        ),
      );
      expect(server.maxInFlight).toBeGreaterThan(20);
    });

    it('make room when callers leave the queue', async () => {
      http = withLimits({ maxInFlight: 1 });
      server.replyWith(slowly);
      const leaving = new AbortController();
      const first = ask();
      const second = ask({ signal: leaving.signal });
      const third = ask();
      leaving.abort(new Error('left'));
      await expect(second).rejects.toThrow('left');
      expect((await first).status).toBe(200);
      expect((await third).status).toBe(200);
      expect(server.requests).toHaveLength(2);
    });
  });

  it('says that nobody is there', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const baseUrl = `http://127.0.0.1:${String(port)}`;
    const error = await failure(http.fetchFor({ provider: 'github', baseUrl })(baseUrl));
    expect(error).toMatchObject({ code: 'provider_failed' });
    expect(error.message).toBe('GitHub could not be reached');
  });

  it('lets go of its connections at shutdown', async () => {
    await ask();
    await http.onApplicationShutdown();
    await sleep(20);
    expect(await failure(ask())).toMatchObject({ code: 'provider_failed' });
  });
});

/** All that a log could show of an error and its causes. */
function inspected(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.fromEntries(Object.entries(error));
  return `${error.message} ${error.stack ?? ''} ${JSON.stringify(own)} ${inspected(error.cause)}`;
}
