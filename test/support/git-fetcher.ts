import { Environment } from '../../src/config/environment.js';
import { GitFetcher } from '../../src/providers/git/git.fetcher.js';
import { LocalRepositories } from '../../src/providers/git/local-repositories.js';
import { LocalSource } from '../../src/providers/git/local.source.js';

/** A fetcher as the server would have it with this environment. */
export function gitFetcher(environment: Partial<Environment>): GitFetcher {
  const settings = Object.assign(new Environment(), { GIT_HOSTS: [] }, environment);
  return new GitFetcher(new LocalSource(new LocalRepositories(settings)));
}
