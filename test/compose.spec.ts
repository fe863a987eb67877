import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Environment } from '../src/config/environment.js';
import { readEnvironment, type Variables } from '../src/config/read-environment.js';

const NEEDED = /\$\{(\w+):\?[^}]*\}/g;

describe('docker/compose.yaml', () => {
  const { services } = parse(readFileSync('docker/compose.yaml', 'utf8'));
  const written: Record<string, string> = services.server.environment;
  const secrets = { JWT_SECRET_KEY: 'made-for-a-test-'.repeat(2), REDIS_PASSWORD: 'p4ss' };
  const filled: Variables = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name,
      value.replaceAll(NEEDED, (_, needed: keyof typeof secrets) => secrets[needed]),
    ]),
  );

  it('gives the server variables that it knows, and values that it takes', () => {
    const known = Object.keys(new Environment());
    expect(known).toEqual(expect.arrayContaining(Object.keys(written)));
    const environment = readEnvironment(filled);
    expect(environment.isProduction).toBe(true);
    expect(environment.REDIS_URL).toBe('redis://:p4ss@redis:6379/0');
  });

  it('waits longer than the server takes to finish what runs', () => {
    const grace = Number.parseInt(services.server.stop_grace_period, 10);
    expect(grace).toBeGreaterThan(readEnvironment(filled).DRAIN_SECONDS + 3);
  });

  it('has no secret written down, and a Redis that evicts nothing', () => {
    expect(written.JWT_SECRET_KEY).toMatch(/^\$\{JWT_SECRET_KEY:\?/);
    expect(services.redis.command.at(-1)).toContain('--maxmemory-policy noeviction');
  });

  it('has a Redis that is not root and writes to its volume only', () => {
    const { user, read_only, cap_drop, volumes } = services.redis;
    expect([user, read_only, cap_drop, volumes]).toEqual(['redis', true, ['ALL'], ['redis:/data']]);
  });

  it('keeps clones on a volume, and the rest of the file system as it is', () => {
    const { GIT_CACHE_DIR } = readEnvironment(filled);
    expect(services.server.volumes).toEqual([`clones:${String(GIT_CACHE_DIR)}`]);
    expect(services.server.read_only).toBe(true);
  });
});
