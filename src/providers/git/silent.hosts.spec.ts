import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { parseGitAddress } from './git.address.js';
import type { AdmittedAddress } from './git.gate.js';
import { SilentHosts } from './silent.hosts.js';

const HOUR = 60 * 60 * 1_000;

const at = (url: string): AdmittedAddress => ({
  address: parseGitAddress(url),
  addresses: ['192.0.2.1'],
  settings: [],
});

describe('a host that was silent a moment ago', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['an hour ahead', HOUR],
    ['an hour back', -HOUR],
  ])('is remembered for a minute, also when the clock is set %s', (_, shift) => {
    const hosts = new SilentHosts();
    const silent = at('https://git.example.com/a/b.git');
    hosts.rememberSilence(silent);
    const started = performance.now();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + shift);
    expect(() => hosts.refuse(silent)).toThrow(
      expect.objectContaining({ code: 'provider_timeout' }),
    );
    jest.spyOn(performance, 'now').mockReturnValue(started + 61_000);
    expect(() => hosts.refuse(silent)).not.toThrow();
  });

  it('is asked for its other repositories all the same', () => {
    const hosts = new SilentHosts();
    hosts.rememberSilence(at('https://git.example.com/a/b.git'));
    expect(() => hosts.refuse(at('https://git.example.com/a/c.git'))).not.toThrow();
  });
});
