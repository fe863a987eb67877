import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readEnvironment } from '../config/read-environment.js';
import { TokenService } from './token.service.js';

const TOLERATED_SECONDS = 5;

describe('an access token', () => {
  const environment = readEnvironment({ SESSION_MAX_SECONDS: '3600' });
  let tokens: TokenService;

  beforeEach(() => {
    // The library signs in turns of the event loop, and these are to go on.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    tokens = new TokenService(environment);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('ends on time, however often it has verified before', async () => {
    const { accessToken, identity } = await tokens.issue('ada', 'session');
    await expect(tokens.verify(accessToken)).resolves.toMatchObject({ sessionId: 'session' });
    const end = identity.expiresAt.getTime() + TOLERATED_SECONDS * 1000;
    jest.setSystemTime(end - 1);
    await expect(tokens.verify(accessToken)).resolves.toMatchObject({ sessionId: 'session' });
    jest.setSystemTime(end);
    await expect(tokens.verify(accessToken)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('lends what is known of it to no other, and to nobody on a server with another secret', async () => {
    const { accessToken } = await tokens.issue('ada', 'session');
    await tokens.verify(accessToken);
    const last = accessToken.at(-2) === 'A' ? 'B' : 'A';
    const altered = `${accessToken.slice(0, -2)}${last}${accessToken.slice(-1)}`;
    await expect(tokens.verify(altered)).rejects.toMatchObject({ code: 'unauthorized' });
    const stranger = new TokenService(readEnvironment({}));
    await expect(stranger.verify(accessToken)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('is forgotten after a minute, and then checked again', async () => {
    const { accessToken } = await tokens.issue('ada', 'session');
    const first = await tokens.verify(accessToken);
    jest.advanceTimersByTime(59_000);
    expect(await tokens.verify(accessToken)).toBe(first);
    jest.advanceTimersByTime(1_000);
    const second = await tokens.verify(accessToken);
    expect(second).not.toBe(first);
    expect(second.sealer.open(first.sealer.seal('text', 'here'), 'here')).toBe('text');
  });
});
