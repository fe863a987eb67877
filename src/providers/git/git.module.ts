import { Module } from '@nestjs/common';
import { CertificateAuthorities } from './certificate-authorities.js';
import { GitCapacity } from './git.capacity.js';
import { GitCloneCache } from './git.clone-cache.js';
import { GitFetcher } from './git.fetcher.js';
import { GitGate } from './git.gate.js';
import { GitHosts } from './git.hosts.js';
import { CommitGraphCache } from './history/commit-graph.cache.js';
import { HostResolver } from '../host.resolver.js';
import { LocalRepositories } from './local-repositories.js';
import { LocalSource } from './local.source.js';
import { RemoteSource } from './remote.source.js';
import { SilentHosts } from './silent.hosts.js';

@Module({
  providers: [
    LocalRepositories,
    LocalSource,
    HostResolver,
    CertificateAuthorities,
    GitGate,
    GitCapacity,
    SilentHosts,
    GitHosts,
    GitCloneCache,
    CommitGraphCache,
    RemoteSource,
    GitFetcher,
  ],
  exports: [GitFetcher, LocalRepositories],
})
export class GitModule {}
