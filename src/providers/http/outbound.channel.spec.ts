import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ScriptedServer } from '../../../test/support/scripted.server.js';
import { OUTBOUND_CHANNEL, type OutboundObservation } from './outbound.channel.js';
import { OutboundHttp } from './outbound-http.js';
import { OutboundLimits } from './outbound.limits.js';

describe('the channel of outgoing requests', () => {
  const seen: OutboundObservation[] = [];
  const listener = (message: unknown): void => {
    seen.push(message as OutboundObservation);
  };
  let provider: ScriptedServer;
  let http: OutboundHttp;

  beforeAll(async () => {
    let asked = 0;
    provider = await ScriptedServer.start((response) => {
      asked += 1;
      response
        .writeHead(asked === 1 ? 503 : 200, {
          'x-ratelimit-limit': '5000',
          'x-ratelimit-remaining': '1250',
        })
        .end('{}');
    });
    http = new OutboundHttp(Object.assign(new OutboundLimits(), { firstPause: 1 }));
    subscribe(OUTBOUND_CHANNEL, listener);
  });

  afterAll(async () => {
    unsubscribe(OUTBOUND_CHANNEL, listener);
    await http.onApplicationShutdown();
    await provider.stop();
  });

  it('tells every attempt, its status and how long it took, and no secret', async () => {
    const fetch = http.fetchFor({
      provider: 'gitlab',
      baseUrl: provider.url,
      credential: 's3cr3t-token',
    });
    await fetch(`${provider.url}/repos?q=private`, { headers: { authorization: 's3cr3t-token' } });

    const told = {
      provider: 'gitlab',
      method: 'GET',
      milliseconds: expect.any(Number),
      waitedMilliseconds: expect.any(Number),
      budget: 0.25,
    };
    expect(seen).toEqual([
      { ...told, status: 503, aborted: false },
      { ...told, status: 200, aborted: false },
    ]);
  });

  it.each([
    ['who asked has left', true, new DOMException('It left.', 'AbortError')],
    ['the time is over', false, new DOMException('It took too long.', 'TimeoutError')],
  ])('tells from a provider that does not answer when %s', async (_name, aborted, reason) => {
    const silent = await ScriptedServer.start(() => asking.abort(reason));
    const asking = new AbortController();
    const fetch = http.fetchFor({ provider: 'gitlab', baseUrl: silent.url });
    await expect(fetch(silent.url, { signal: asking.signal })).rejects.toBe(reason);
    expect(seen.at(-1)).toMatchObject({ status: undefined, aborted });
    await silent.stop();
  });
});
