import type { Cache } from '@nestjs/cache-manager';
import { describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import type { Repository } from '../providers/repository.js';
import { MAX_RECORD_BYTES } from '../state/shared-state.js';
import { RepositoryCache, type RepositoryReading } from './repository.cache.js';

const environment = { REPOS_CACHE_SECONDS: 60, JWT_SECRET_KEY: ['secret'] } as Partial<Environment>;
const connections: Connection[] = [
  {
    id: 'one',
    provider: 'github',
    baseUrl: 'https://api.github.com',
    label: 'one',
    token: 'token',
  },
];

const repositoryNamed = (name: string): Repository => ({
  id: `github:github.com/organisation/${name}`,
  provider: 'github',
  connectionId: 'one',
  fullName: `organisation/${name}`,
  name,
  url: `https://github.com/organisation/${name}`,
  private: true,
  archived: false,
  fork: false,
  defaultBranch: 'main',
});

describe('the kept list of repositories', () => {
  /** The store that pods share, and what each of them reads that finds nothing there. */
  const setUp = (names: readonly string[]) => {
    const stored = new Map<string, unknown>();
    const store = {
      get: async (key: string) => stored.get(key),
      set: async (key: string, value: unknown) => void stored.set(key, value),
    };
    const readings: RepositoryReading[] = [
      {
        repositories: names.map(repositoryNamed),
        coverage: { id: 'one', provider: 'github', status: 'complete' },
      },
    ];
    const read = jest.fn(async () => readings);
    const ask = async () => {
      const pod = new RepositoryCache(store as Partial<Cache> as Cache, environment as Environment);
      const { signal } = new AbortController();
      const answer = await pod.through({ connections, refresh: false, signal }, read);
      pod.onApplicationShutdown();
      return answer.readings;
    };
    return { stored, readings, read, ask };
  };

  it('of five thousand fits into one record, from which another pod reads it', async () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `repository-${String(index)}`);
    const { stored, readings, read, ask } = setUp(names);
    await ask();
    expect(String([...stored.values()][0]).length).toBeLessThan(MAX_RECORD_BYTES);
    expect(await ask()).toEqual(readings);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('is not kept where it would not fit', async () => {
    const names = Array.from({ length: 5_000 }, () => randomBytes(100).toString('hex'));
    const { stored, readings, read, ask } = setUp(names);
    await ask();
    expect([stored.size, await ask()]).toEqual([0, readings]);
    expect(read).toHaveBeenCalledTimes(2);
  });
});
