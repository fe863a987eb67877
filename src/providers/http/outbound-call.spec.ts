import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScriptedServer } from '../../../test/support/scripted.server.js';
import { OutboundHttp } from './outbound-http.js';
import { OutboundLimits } from './outbound.limits.js';

const FIRST_PAUSE_MS = 10;

describe('the pauses between the attempts of a call', () => {
  let server: ScriptedServer;

  beforeEach(async () => {
    // Then a pause is neither shortened nor lengthened.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    server = await ScriptedServer.start((response) => void response.writeHead(502).end());
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.stop();
  });

  async function attemptsWithin(maxPause: number): Promise<number> {
    const limits = { firstPause: FIRST_PAUSE_MS, maxPause, maxAttempts: 4 };
    const http = new OutboundHttp(Object.assign(new OutboundLimits(), limits));
    const before = server.requests.length;
    const fetch = http.fetchFor({ provider: 'github', baseUrl: server.url });
    await expect(fetch(server.url)).rejects.toMatchObject({ code: 'provider_failed' });
    await http.onApplicationShutdown();
    return server.requests.length - before;
  }

  it.each([
    ['the first', 1, 2],
    ['the second, twice as long', 1 + 2, 3],
    ['the third, four times as long', 1 + 2 + 4, 4],
  ])('have room for %s, and are not made where it is lacking', async (_, pauses, attempts) => {
    expect(await attemptsWithin(pauses * FIRST_PAUSE_MS)).toBe(attempts);
    expect(await attemptsWithin(pauses * FIRST_PAUSE_MS - 1)).toBe(attempts - 1);
  });
});
