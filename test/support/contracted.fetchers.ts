import { ACTION_TYPES, type ActionType } from '../../src/providers/action.js';
import type { BaseFetcher } from '../../src/providers/base.fetcher.js';
import type { ConnectionRequest } from '../../src/providers/connection.js';
import type { ProblemCode } from '../../src/errors/problem.catalog.js';
import { AzureDevopsEmulator } from './azure-devops.emulator.js';
import { ORGANIZATION } from './azure-devops/azure-world.js';
import { EmulatedAzureDevops } from './azure-devops/emulated-azure-devops.js';
import { gitFetcher } from './git-fetcher.js';
import { GitWorld } from './git-world.js';
import { EmulatedGithub } from './github/emulated-github.js';
import { GithubEmulator } from './github.emulator.js';
import { EmulatedGitlab } from './gitlab/emulated-gitlab.js';
import { GitlabEmulator } from './gitlab.emulator.js';
import { seededWorld } from './world/seeded.world.js';

/** A fetcher in front of a provider that has (of git: all its commits in one repository of) the seeded world. */
export interface ContractedFetcher {
  readonly fetcher: BaseFetcher;
  readonly wish: ConnectionRequest;
  /** A wish that only the provider can refuse, and how that is said. */
  readonly refusedWish: ConnectionRequest;
  readonly refusal: ProblemCode;
  /** The kinds of action it knows. */
  readonly types: readonly ActionType[];
  stop(): Promise<void>;
}

/** Every fetcher there is, by its provider. */
export const CONTRACTED_FETCHERS: Readonly<Record<string, () => Promise<ContractedFetcher>>> = {
  git: () => Promise.resolve(git()),
  github: async () => {
    const github = await EmulatedGithub.start();
    return withToken('github', github, GithubEmulator.TOKEN);
  },
  gitlab: async () => {
    const gitlab = await EmulatedGitlab.start();
    return withToken('gitlab', gitlab, GitlabEmulator.TOKEN);
  },
  'azure-devops': async () => {
    const azure = await EmulatedAzureDevops.start();
    const asked = withToken('azure-devops', azure, AzureDevopsEmulator.TOKEN);
    const organization = ORGANIZATION;
    return {
      ...asked,
      wish: { ...asked.wish, organization },
      refusedWish: { ...asked.refusedWish, organization },
      // Not its issues: work items belong to a project and to none of its repositories.
      types: ['commit', 'pull_request', 'review'],
    };
  },
};

function withToken(
  provider: ConnectionRequest['provider'],
  emulated: { readonly fetcher: BaseFetcher; stop(): Promise<void> },
  token: string,
): ContractedFetcher {
  return {
    fetcher: emulated.fetcher,
    wish: { provider, token },
    refusedWish: { provider, token: 'a-token-of-nobody' },
    refusal: 'provider_unauthorized',
    types: ACTION_TYPES,
    stop: () => emulated.stop(),
  };
}

function git(): ContractedFetcher {
  const folder = new GitWorld();
  const { repositories } = seededWorld();
  const releases = repositories[0]?.releases ?? [];
  const commits = repositories.flatMap((repository) => repository.commits);
  commits.sort((one, other) => one.committedAt.localeCompare(other.committedAt));
  folder.create('project');
  for (const { message, author, coAuthors, committedAt } of commits) {
    const trailers = coAuthors.map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
    folder.commit('project', {
      message: [message, trailers.join('\n')].join('\n\n'),
      author: `${author.name} <${author.email}>`,
      date: committedAt,
    });
  }
  for (const { tag, publishedAt } of releases) {
    if (publishedAt) folder.tag('project', tag, 'HEAD', 'What is new', publishedAt);
  }
  return {
    fetcher: gitFetcher({ GIT_ROOT: folder.directory }),
    wish: { provider: 'git', path: 'project' },
    refusedWish: { provider: 'git', path: 'nothing' },
    refusal: 'repository_not_found',
    types: ['commit', 'release'],
    stop: () => {
      folder.remove();
      return Promise.resolve();
    },
  };
}
