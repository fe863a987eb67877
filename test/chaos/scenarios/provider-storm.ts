import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.js';
import { GithubEmulator } from '../../support/github.emulator.js';
import type { Fault } from '../../support/provider.emulator.js';
import { seededWorld } from '../../support/world/seeded.world.js';
import { AccountReader } from '../account.reader.js';
import type { Scenario } from '../scenario.js';

const READERS = 4;
const STORM_MS = 4_000;
/** Of every answer while it lasts, in milliseconds. */
const SLOWNESS = 400;
/** By then whoever was told to wait has waited, and asks again. */
const CALM_WITHIN_MS = 20_000;
/** Whatever a provider does, a request is answered by then (src/providers/http/outbound.limits.ts). */
const ANSWERED_WITHIN_MS = 35_000;

/** Each meets the next request, in turns; some are left alone. */
const STORM: readonly (Fault | undefined)[] = [
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 502 },
  undefined,
  'cut',
  { status: 403, headers: { 'x-ratelimit-remaining': '0', 'retry-after': '1' } },
  'malformed',
  undefined,
  { status: 500 },
  'hang',
];

/**
 * The host of some accounts is slow, limits, fails, breaks off, talks nonsense and says nothing. Their readers are told so
 * in good time and never get half an answer for a whole one; readers of anything else notice nothing.
 */
export function providerStorm(): Scenario {
  let github: GithubEmulator;
  return {
    name: 'provider storm',
    leavesNothing: true,
    stage: async () => {
      github = await GithubEmulator.start(seededWorld());
      github.remembers = true;
      return { variables: { GITHUB_API_URL: github.url }, rest: [github] };
    },
    play: async ({ haproxy }) => {
      const { url } = haproxy;
      const signIn = () => AccountReader.signIn(url, GithubEmulator.TOKEN);
      const readers = await Promise.all(Array.from({ length: READERS }, signIn));
      await Promise.all(readers.map((reader) => reader.expectWhole()));

      breakLoose(github);
      github.latency = SLOWNESS;
      const endsAt = performance.now() + STORM_MS;
      await Promise.all(readers.map((reader) => reader.keepAsking(endsAt)));
      github.heal();
      github.latency = 0;

      await Promise.all(readers.map((one) => eventually(() => one.expectWhole(), CALM_WITHIN_MS)));
      for (const reader of readers) {
        assert.ok(reader.told > 0, 'the storm was felt');
        assert.ok(reader.slowest < ANSWERED_WITHIN_MS, `an answer took ${reader.slowest} ms`);
        await reader.leave();
      }
      assert.deepEqual(github.unexpected(), []);
    },
  };
}

function breakLoose(github: GithubEmulator): void {
  let turn = -1;
  // Asked about every request first, this one counts them and meets none.
  github.fail('hang', () => {
    turn = (turn + 1) % STORM.length;
    return false;
  });
  for (const [index, fault] of STORM.entries()) {
    if (fault) github.fail(fault, () => turn === index);
  }
}
