import { describe, expect, it } from '@jest/globals';
import { Environment } from '../../config/environment.js';
import { GitCapacity } from './git.capacity.js';
import { CommitGraphCache } from './history/commit-graph.cache.js';
import { LocalRepositories } from './local-repositories.js';
import { LocalSource } from './local.source.js';

const { signal } = new AbortController();

describe('repositories under GIT_ROOT', () => {
  it('are looked over a few at a time for one client, and at once for another', async () => {
    const begun: string[] = [];
    class Slow extends LocalRepositories {
      override async open(path: string): ReturnType<LocalRepositories['open']> {
        begun.push(path);
        return new Promise(() => undefined);
      }
    }
    const repositories = new Slow(new Environment());
    const source = new LocalSource(repositories, new GitCapacity(), new CommitGraphCache());
    for (let count = 0; count < 20; count += 1) {
      void source.connect(`greedy-${count}`, 'greedy', signal);
    }
    void source.connect('modest', 'modest', signal);
    await new Promise(setImmediate);
    expect(begun).toEqual(['greedy-0', 'greedy-1', 'modest']);
  });
});
