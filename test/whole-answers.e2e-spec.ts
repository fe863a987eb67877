import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { ACTION_TYPES, type AuthorFilter } from '../src/providers/action.js';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import { AzureDevopsEmulator } from './support/azure-devops.emulator.js';
import { ORGANIZATION } from './support/azure-devops/azure-world.js';
import { EmulatedAzureDevops } from './support/azure-devops/emulated-azure-devops.js';
import { GithubEmulator } from './support/github.emulator.js';
import { EmulatedGithub } from './support/github/emulated-github.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { EmulatedGitlab } from './support/gitlab/emulated-gitlab.js';
import { TestServer } from './support/server.js';
import { EVERYONE } from './support/world/questions.js';
import { seededWorld, WORLD_DAYS, WORLD_NOW } from './support/world/seeded.world.js';

const DAY = 86_400_000;
const QUARTER_HOUR = 900_000;

const WISHES = [
  { provider: 'github', token: GithubEmulator.TOKEN },
  { provider: 'gitlab', token: GitlabEmulator.TOKEN },
  { provider: 'azure-devops', token: AzureDevopsEmulator.TOKEN, organization: ORGANIZATION },
];
const AUTHORS: Readonly<Record<string, AuthorFilter>> = {
  me: { everyone: false, viewer: true, names: [] },
  '*': EVERYONE,
};

const day = fc.integer({ min: 0, max: WORLD_DAYS + 1 });
const asked = fc.record({
  days: fc.tuple(day, day).map(([one, other]) => [Math.max(one, other), Math.min(one, other)]),
  timeZone: fc.constantFrom(
    ...['UTC', 'Europe/Zurich', 'Asia/Kathmandu', 'America/St_Johns'],
    ...['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
  ),
  author: fc.constantFrom(...Object.keys(AUTHORS)),
  type: fc.subarray([...ACTION_TYPES], { minLength: 1 }),
  includeBots: fc.boolean(),
  limit: fc.integer({ min: 60, max: 300 }),
});

let providers: readonly [EmulatedGithub, EmulatedGitlab, EmulatedAzureDevops];
let server: TestServer;
let token: string;

beforeAll(async () => {
  providers = [
    await EmulatedGithub.start(seededWorld({ seed: 4 })),
    await EmulatedGitlab.start(seededWorld({ seed: 5 })),
    await EmulatedAzureDevops.start(seededWorld({ seed: 6 })),
  ];
  const [github, gitlab, azure] = providers.map(({ emulator }) => {
    emulator.remembers = true;
    return emulator.url;
  });
  server = await TestServer.start({
    GITHUB_API_URL: github,
    GITLAB_URL: gitlab,
    AZURE_DEVOPS_URL: azure,
  });
  for (const wish of WISHES) {
    const { body } = await server.post<SessionGrantDto>('/pat', wish, token ? { token } : {});
    token = body.accessToken;
  }
});
afterAll(async () => {
  await server.stop();
  for (const provider of providers) {
    expect(provider.emulator.unexpected()).toEqual([]);
    await provider.stop();
  }
});

/** Worked out from what Node's own calendar says, not from what the server counts with. */
function beginOf(date: string, timeZone: string): Date {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  let instant = Date.parse(date) - DAY;
  while (calendar.format(instant) < date) instant += QUARTER_HOUR;
  return new Date(instant);
}

const dateOf = (daysAgo = 0): string =>
  new Date(WORLD_NOW - daysAgo * DAY).toISOString().slice(0, 10);

async function pagesOf(question: URLSearchParams): Promise<string[]> {
  const { body } = await server.get<ActionsDto>(`/actions?${question.toString()}`, { token });
  const ids = body.actions.map(({ id }) => id);
  expect(ids.length).toBeLessThanOrEqual(Number(question.get('limit')));
  if (!body.nextCursor) return ids;
  return [...ids, ...(await pagesOf(withCursor(question, body.nextCursor)))];
}

function withCursor(question: URLSearchParams, cursor: string): URLSearchParams {
  const next = new URLSearchParams(question);
  next.set('cursor', cursor);
  return next;
}

it('tells all actions of all providers once, on any days, in any time zone, in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ days, timeZone, author, type, includeBots, limit }) => {
      const [first, last] = days;
      const [since, until] = [dateOf(first), dateOf(last)];
      const ids = await pagesOf(
        new URLSearchParams([
          ...Object.entries({ since, until, timeZone, author }),
          ...type.map((one): [string, string] => ['type', one]),
          ...Object.entries({ includeBots: String(includeBots), limit: String(limit) }),
        ]),
      );
      const query = {
        since: beginOf(since, timeZone),
        until: beginOf(dateOf((last ?? 0) - 1), timeZone),
        authors: AUTHORS[author] ?? EVERYONE,
        types: type,
        includeBots,
      };
      const expected = providers.flatMap((provider) => provider.expected(query));
      expect(ids.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 10 },
  );
}, 60_000);
