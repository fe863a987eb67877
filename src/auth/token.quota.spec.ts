import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readEnvironment } from '../config/read-environment.js';
import { DomainError } from '../errors/domain.error.js';
import { MemorySharedState } from '../state/memory.shared-state.js';
import { TokenQuota } from './token.quota.js';

const ADA = 'github:github.com:1';

describe('the tokens of a user', () => {
  let state: MemorySharedState;
  let quota: TokenQuota;

  beforeEach(() => {
    state = new MemorySharedState();
    quota = new TokenQuota(state, readEnvironment({ REPLY_TOKENS_PER_DAY: '1000' }));
  });

  afterEach(() => {
    jest.restoreAllMocks();
    state.onApplicationShutdown();
  });

  const used = async (): Promise<number | undefined> => (await quota.look(ADA))?.used;

  /** The next writes happen, but whoever asked for them is told of an outage. */
  const loseAnswers = (times: number): void => {
    const replace = state.replace.bind(state);
    const spy = jest.spyOn(state, 'replace');
    for (let time = 0; time < times; time += 1) {
      spy.mockImplementationOnce(async (...write) => {
        await replace(...write);
        throw new DomainError('state_unavailable', 'The answer is lost.');
      });
    }
  };

  it('are set aside and charged once, also where the store’s answers are lost', async () => {
    loseAnswers(1);
    const reservation = await quota.reserve(ADA, 'one', 300);
    expect(await used()).toBe(300);
    loseAnswers(1);
    await quota.settle(ADA, reservation, 120);
    expect(await used()).toBe(120);
  });

  it('are set aside once for a reply that a second pod prepares again', async () => {
    await quota.reserve(ADA, 'one', 300);
    await quota.reserve(ADA, 'one', 300);
    expect(await used()).toBe(300);
  });

  it('are charged once, however often a reply is settled', async () => {
    const reservation = await quota.reserve(ADA, 'one', 300);
    await quota.settle(ADA, reservation, 120);
    await quota.settle(ADA, reservation, 120);
    expect(await used()).toBe(120);
  });

  it('are kept apart for replies at the same time, and not promised twice', async () => {
    const asked = ['a', 'b', 'c', 'd', 'e'].map((id) => quota.reserve(ADA, id, 300));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    expect(refused).toMatchObject([
      { reason: { code: 'quota_exceeded' } },
      { reason: { code: 'quota_exceeded' } },
    ]);
    expect(await used()).toBe(900);
    expect((await quota.look('someone else'))?.used).toBe(0);
  });
});
