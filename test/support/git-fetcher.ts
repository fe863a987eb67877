import { Environment } from '../../src/config/environment.js';
import { CertificateAuthorities } from '../../src/providers/git/certificate-authorities.js';
import { GitCapacity } from '../../src/providers/git/git.capacity.js';
import { GitCloneCache } from '../../src/providers/git/git.clone-cache.js';
import { GitFetcher } from '../../src/providers/git/git.fetcher.js';
import { GitGate } from '../../src/providers/git/git.gate.js';
import { CommitGraphCache } from '../../src/providers/git/history/commit-graph.cache.js';
import { HostResolver } from '../../src/providers/host.resolver.js';
import { LocalRepositories } from '../../src/providers/git/local-repositories.js';
import { LocalSource } from '../../src/providers/git/local.source.js';
import { SilentHosts } from '../../src/providers/git/silent.hosts.js';
import { RemoteSource } from '../../src/providers/git/remote.source.js';

/** A fetcher as the server would have it with this environment. */
export function gitFetcher(
  environment: Partial<Environment>,
  resolver: HostResolver = new HostResolver(),
): GitFetcher {
  const settings = Object.assign(new Environment(), { GIT_HOSTS: [] }, environment);
  const gate = new GitGate(settings, resolver, new CertificateAuthorities(settings));
  const capacity = new GitCapacity();
  const hosts = new SilentHosts();
  const graphs = new CommitGraphCache();
  return new GitFetcher(
    new LocalSource(new LocalRepositories(settings), capacity, graphs),
    new RemoteSource(gate, new GitCloneCache(settings, capacity, hosts), capacity, hosts),
    capacity,
    graphs,
  );
}
