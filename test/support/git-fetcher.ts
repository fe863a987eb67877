import { Environment } from '../../src/config/environment.js';
import { CertificateAuthorities } from '../../src/providers/git/certificate-authorities.js';
import { GitCapacity } from '../../src/providers/git/git.capacity.js';
import { GitCloneCache } from '../../src/providers/git/git.clone-cache.js';
import { GitFetcher } from '../../src/providers/git/git.fetcher.js';
import { GitGate } from '../../src/providers/git/git.gate.js';
import { GitHosts } from '../../src/providers/git/git.hosts.js';
import { CommitGraphCache } from '../../src/providers/git/history/commit-graph.cache.js';
import { HostResolver } from '../../src/providers/host.resolver.js';
import { LocalRepositories } from '../../src/providers/git/local-repositories.js';
import { LocalSource } from '../../src/providers/git/local.source.js';
import { SilentHosts } from '../../src/providers/git/silent.hosts.js';
import type { RoundSizes } from '../../src/providers/git/window.fetch.js';
import { RemoteSource } from '../../src/providers/git/remote.source.js';

/** A fetcher as the server would have it with this environment. */
export function gitFetcher(
  environment: Partial<Environment>,
  resolver: HostResolver = new HostResolver(),
  rounds?: RoundSizes,
): GitFetcher {
  const settings = Object.assign(new Environment(), { GIT_HOSTS: [] }, environment);
  const authorities = new CertificateAuthorities(settings);
  const gate = new GitGate(settings, resolver, authorities);
  const capacity = new GitCapacity();
  const silent = new SilentHosts();
  const hosts = new GitHosts(gate, silent, authorities);
  const graphs = new CommitGraphCache();
  const clones = new GitCloneCache(settings, capacity, hosts, graphs);
  if (rounds) clones.rounds = rounds;
  return new GitFetcher(
    new LocalSource(new LocalRepositories(settings), capacity, graphs),
    new RemoteSource(gate, clones, capacity, hosts, silent),
    capacity,
    graphs,
  );
}
