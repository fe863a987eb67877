import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ContractedFetcher,
  CONTRACTED_FETCHERS,
} from '../../test/support/contracted.fetchers.js';
import { readActions } from '../../test/support/read-actions.js';
import { EVERYONE, WHOLE } from '../../test/support/world/questions.js';
import { WORLD_NOW } from '../../test/support/world/seeded.world.js';
import type { ActionQuery } from './action.js';
import type { Connection } from './connection.js';
import type { Repository } from './repository.js';

const DAY = 86_400_000;
const never = new AbortController().signal;

describe.each(Object.entries(CONTRACTED_FETCHERS))('the fetcher of %s', (provider, start) => {
  let tested: ContractedFetcher;
  let connection: Connection;
  let repositories: Repository[];
  let everything: ActionQuery;

  beforeAll(async () => {
    tested = await start();
    connection = await tested.fetcher.connect(tested.wish, never);
    ({ repositories } = await tested.fetcher.getRepositories(connection, never));
    const { types } = tested;
    everything = { ...WHOLE, until: new Date(WORLD_NOW), types, includeBots: true };
  });
  afterAll(() => tested.stop());

  const read = (change: Partial<ActionQuery> = {}) =>
    readActions(tested.fetcher, connection, { ...everything, ...change });

  describe('connecting', () => {
    it('tells the same connection each time, with the secret in its token only', async () => {
      const { token = 'no token', ...shown } = connection;
      expect(shown.provider).toBe(provider);
      expect(shown.label).not.toBe('');
      expect(JSON.stringify(shown)).not.toContain(token);
      const again = await tested.fetcher.connect(tested.wish, never);
      expect(again).toEqual(connection);
    });

    it('is refused by the provider with an error that repeats no secret', async () => {
      const { refusedWish, refusal } = tested;
      const wish = tested.fetcher.connect(refusedWish, never);
      const error: unknown = await wish.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'DomainError', code: refusal });
      expect(inspect(error, { depth: Infinity })).not.toContain(refusedWish.token ?? 'no token');
    });

    it('ends with the reason of the caller who has left', async () => {
      const left = AbortSignal.abort(new Error('left'));
      await expect(tested.fetcher.connect(tested.wish, left)).rejects.toBe(left.reason);
    });
  });

  describe('listing repositories', () => {
    it('names each once, as one of this connection', () => {
      expect(repositories.length).toBeGreaterThan(0);
      expect(new Set(repositories.map(({ id }) => id)).size).toBe(repositories.length);
      for (const repository of repositories) {
        expect(repository).toMatchObject({ provider, connectionId: connection.id });
        expect(repository.id).toMatch(new RegExp(`^${provider}:.+`));
        expect(repository.fullName.endsWith(repository.name)).toBe(true);
      }
    });
  });

  describe('reading actions', () => {
    it('tells each once, under an id that stays, of its repository and kind', async () => {
      const { actions, ids } = await read();
      expect(new Set(ids).size).toBe(ids.length);
      expect((await read()).ids).toEqual(ids);
      for (const { id, repository, type, provider: own } of actions) {
        expect(own).toBe(provider);
        expect(id.startsWith(`${repository.id}#${type}:`)).toBe(true);
        expect(repositories.map((one) => one.id)).toContain(repository.id);
      }
    });

    it('knows all of its kinds, and only those asked for', async () => {
      const { actions } = await read();
      expect(new Set(actions.map(({ type }) => type))).toEqual(new Set(tested.types));
      for (const kind of tested.types) {
        const { ids } = await read({ types: [kind] });
        const expected = actions.filter(({ type }) => type === kind).map(({ id }) => id);
        expect(ids).toEqual(expected.sort());
      }
    });

    it('keeps to the window, whose begin is in it and whose end is not', async () => {
      const types = ['commit'] as const;
      const { actions } = await read({ types });
      const times = actions.map(({ timestamp }) => timestamp).sort();
      const middle = new Date(times[Math.floor(times.length / 2)] ?? '');
      const before = await read({ types, until: middle });
      const after = await read({ types, since: middle });
      expect(before.actions.every(({ timestamp }) => timestamp < middle.toISOString())).toBe(true);
      expect(after.actions.some(({ timestamp }) => timestamp === middle.toISOString())).toBe(true);
      expect([...before.ids, ...after.ids].sort()).toEqual((await read({ types })).ids);
    });

    it('finds the commits of an address, written by them or with them', async () => {
      const everyones = (await read({ types: ['commit'] })).actions;
      const addresses = everyones.map(({ author }) => author.email ?? '');
      const address = addresses.find((one) => /^(?:hugh|chris)@example\.com$/.test(one)) ?? '';
      const authors = { everyone: false, viewer: false, names: [address] } as const;
      const { actions } = await read({ types: ['commit'], authors });
      expect(actions.length).toBeGreaterThan(0);
      for (const { author, coAuthors } of actions) {
        expect([author, ...coAuthors].map(({ email }) => email)).toContain(address);
      }
    });

    it('leaves programs out until they are asked for', async () => {
      const people = await read({ includeBots: false });
      expect(people.actions.some(({ author }) => author.bot)).toBe(false);
      const all = await read();
      const byPeople = all.actions.filter(({ author }) => !author.bot).map(({ id }) => id);
      expect(byPeople.length).toBeLessThan(all.ids.length);
      expect(people.ids).toEqual(byPeople.sort());
    });

    it('accounts for every repository once, whether or not it was asked for everything', async () => {
      const names = (coverage: readonly { readonly id: string }[]): string[] =>
        coverage.map(({ id }) => id).sort();
      const { coverage } = await read();
      expect(names(coverage)).toEqual(names(repositories));
      for (const { status, reason } of coverage) {
        expect(status === 'complete' || reason !== undefined).toBe(true);
      }
      const chosen = repositories.slice(0, 1);
      const { coverage: ofChosen, ids } = await read({ repositories: chosen });
      expect(names(ofChosen)).toEqual(names(chosen));
      expect(ids.every((id) => id.startsWith(`${chosen[0]?.id}#`))).toBe(true);
    });

    it('of a window without anything is an answer too', async () => {
      const since = new Date(WORLD_NOW + DAY);
      const until = new Date(WORLD_NOW + 2 * DAY);
      const { ids, coverage } = await read({ since, until });
      expect(ids).toEqual([]);
      expect(coverage).toHaveLength(repositories.length);
    });

    it('of nobody finds nothing', async () => {
      const authors = { everyone: false, viewer: false, names: [] } as const;
      expect((await read({ authors })).ids).toEqual([]);
    });

    it.each([0, 1])(
      'ends with the reason of a caller who leaves after %d batches',
      async (after) => {
        const leaving = new AbortController();
        const reason = new Error('left');
        const reading = (async () => {
          let batches = 0;
          if (batches === after) leaving.abort(reason);
          const found = tested.fetcher.getActions(connection, everything, leaving.signal);
          for await (const { coverage } of found) {
            batches += 1;
            expect(coverage.length).toBeLessThan(repositories.length);
            if (batches === after) leaving.abort(reason);
          }
        })();
        await expect(reading).rejects.toBe(reason);
      },
    );

    it('can be left early and begun again', async () => {
      for await (const batch of tested.fetcher.getActions(connection, everything, never)) {
        expect(batch.actions).toEqual([]);
        break;
      }
      expect((await read({ authors: EVERYONE })).ids.length).toBeGreaterThan(0);
    });
  });
});
