import type { Action, Author } from '../../src/providers/action.js';
import type { RepositoryReference } from '../../src/providers/repository.js';

/** Histories as different teams write them, for specs of whatever reads actions. */
export const repositoryNamed = (fullName: string): RepositoryReference => ({
  id: `github:github.com/${fullName}`,
  fullName,
  url: `https://github.com/${fullName}`,
});

export const person = (name: string): Author => ({
  name,
  login: name.toLowerCase().replaceAll(' ', '-'),
  email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
  bot: false,
});

const ADA = person('Ada Lovelace');
const START = Date.parse('2025-05-12T08:00:00Z');
let made = 0;

const next = (): { timestamp: string; serial: string } => {
  made += 1;
  return {
    timestamp: new Date(START + made * 7 * 60_000).toISOString(),
    serial: made.toString(16).padStart(40, '0'),
  };
};

/** A commit seven minutes after the action made before. */
export const commit = (title: string, more: Partial<Action> = {}): Action => {
  const { timestamp, serial } = next();
  const repository = more.repository ?? repositoryNamed('octo/api');
  return {
    id: `${repository.id}#commit:${serial}`,
    provider: 'github',
    repository,
    type: 'commit',
    title,
    author: ADA,
    coAuthors: [],
    timestamp,
    url: `${repository.url}/commit/${serial}`,
    sha: serial,
    labels: [],
    ...more,
  };
};

export const pullRequest = (number: number, title: string, more: Partial<Action> = {}): Action => {
  const repository = more.repository ?? repositoryNamed('octo/api');
  return {
    ...commit(title, { repository }),
    id: `${repository.id}#pull_request:${number}`,
    type: 'pull_request',
    number,
    url: `${repository.url}/pull/${number}`,
    sha: undefined,
    state: 'merged',
    ...more,
  };
};

export const issue = (number: number, title: string, more: Partial<Action> = {}): Action => {
  const repository = more.repository ?? repositoryNamed('octo/api');
  return {
    ...pullRequest(number, title, { repository }),
    id: `${repository.id}#issue:${number}`,
    type: 'issue',
    url: `${repository.url}/issues/${number}`,
    state: 'closed',
    ...more,
  };
};

export const release = (title: string, more: Partial<Action> = {}): Action => {
  const made = commit(title, more);
  return {
    ...made,
    id: `${made.repository.id}#release:${title}`,
    type: 'release',
    url: `${made.repository.url}/releases/tag/${title}`,
    state: 'published',
    ...more,
  };
};

/** The order a job has its actions in. */
export const newestFirst = (actions: readonly Action[]): Action[] =>
  [...actions].sort((one, other) => (one.timestamp < other.timestamp ? 1 : -1));

const titled = (titles: string, more: (index: number) => Partial<Action> = () => ({})): Action[] =>
  titles
    .trim()
    .split('\n')
    .map((title, index) => commit(title.trim(), more(index)));

const people = ['Ada Lovelace', 'Grace Hopper', 'Lin Wei', 'Tomás Núñez'].map(person);
const taken = (index: number): Partial<Action> => ({
  author: people[index % people.length] ?? ADA,
  additions: (index * 37) % 200,
  deletions: (index * 13) % 80,
});

const rotation = {
  number: 12,
  title: 'feat(auth): rotate signing keys',
  url: 'https://github.com/octo/api/pull/12',
};

export const conventional = (): Action[] =>
  newestFirst([
    pullRequest(12, rotation.title, { additions: 210, deletions: 34 }),
    ...titled(
      `feat(auth): read keys from the environment
       test(auth): cover unknown key ids
       wip
       docs(auth): how to rotate`,
      () => ({ pullRequest: rotation }),
    ),
    issue(7, 'Sign-in fails after a key change'),
    ...titled(
      `feat(auth): refuse unknown keys
       fix(parser): crash on empty input
       fix(parser): handle unicode escapes
       fix(cache): entries outlive their TTL
       feat(api)!: drop the v1 routes
       perf(parser): skip the tokenizer for plain ascii
       refactor: move the clock behind a port
       chore: update the licence header
       chore(deps): bump undici from 7.29.0 to 7.30.2
       chore(deps-dev): bump jest from 30.4.0 to 30.5.2
       ci: cache the npm folder
       docs: explain the cache keys
       style: format
       fix(cli): exit code on bad arguments (#31)
       feat(cli): print recaps as JSON
       revert: feat(cli): print recaps as JSON
       feat(export): write CSV files
       Revert "feat(export): write CSV files"
       fixup! fix(cache): entries outlive their TTL
       test(cache): advance the clock`,
      taken,
    ),
  ]);

export const kernel = (): Action[] =>
  newestFirst(
    titled(
      `net: ipv4: fix a use-after-free in the route cache
       net: ipv4: drop the unused dst argument
       net: tcp: reduce the lock hold time in the fast path
       mm/slub: avoid a needless atomic in the free path
       mm: document the zone watermarks
       drm/amd/display: Fix flicker on resume
       drm/amd/display: Add support for 10 bit panels
       drm/i915: Remove dead code for early steppings
       ASoC: Intel: avs: handle missing topologies
       Merge tag 'net-6.15-rc7' of git://git.kernel.org/pub/scm/linux/kernel/git/netdev/net
       Documentation: networking: fix typos in bonding.rst
       selftests: net: cover the new socket option
       Linux 6.15-rc7`,
      taken,
    ),
  );

export const plain = (): Action[] =>
  newestFirst(
    titled(
      `Add dark mode to the settings page
       Fix the crash when the search index is empty
       Make the search index rebuild twice as fast
       Update README
       Typo
       Remember the chosen theme in the settings page
       Upload of invoices no longer fails for files with spaces in their names
       Show invoices by year
       fix
       Merge branch 'main' into invoices
       Let people download invoices as PDF
       Remove the old importer
       ABC-123 Validate the VAT number before saving
       ABC-130: Translate the sign-up form
       Update copyright year`,
      taken,
    ),
  );

export const gitmoji = (): Action[] =>
  newestFirst(
    titled(
      `✨ Add webhooks
       🐛 Fix double delivery of webhooks
       ♻️ Extract the retry queue
       :bug: Time zone of the weekly report
       ⬆️ Upgrade dependencies
       📝 Document the webhook signatures
       🚧 webhooks
       :zap: Render the report in one pass
       💥 Rename all event types
       🔥 Delete the polling worker`,
      taken,
    ),
  );

const merged = (number: number, branch: string, title: string): Action =>
  commit(`Merge pull request #${number} from octo/${branch}`, { body: title, merge: true });

export const mergeHeavy = (): Action[] =>
  newestFirst([
    commit('start search'),
    commit('Merge branch main into search', { merge: true }),
    commit('more search'),
    merged(101, 'search', 'Full-text search in the archive'),
    commit('wip'),
    commit('oops'),
    merged(102, 'limits', 'Limit uploads to 20 MB'),
    commit("Merge branch 'develop'", { merge: true }),
    commit("Merge branch 'release/2.4' into main", { merge: true }),
  ]);

export const foreign = (): Action[] =>
  newestFirst(
    titled(
      `Behebe Absturz beim Öffnen leerer Dateien
       Füge Export als PDF hinzu
       Corrige la traduction de la page d'accueil
       修复登录页面的崩溃问题
       添加深色模式
       Añade filtros por fecha
       Исправить утечку памяти в кэше
       検索結果のページ送りを追加`,
      taken,
    ),
  );

export const severalRepositories = (): Action[] => {
  const web = repositoryNamed('octo/web');
  const infrastructure = repositoryNamed('octo/infrastructure');
  return newestFirst([
    ...conventional(),
    pullRequest(4, 'New start page', { repository: web, additions: 900, deletions: 120 }),
    commit('Fix the footer on phones', { repository: web }),
    commit('terraform: grow the database disk', { repository: infrastructure }),
    pullRequest(5, 'Try another icon set', { repository: web, state: 'opened' }),
    commit('Bump actions/checkout from 4 to 5', {
      repository: infrastructure,
      author: { name: 'dependabot[bot]', bot: true },
    }),
  ]);
};
