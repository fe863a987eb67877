import { Module } from '@nestjs/common';
import { BaseFetcher } from './base.fetcher.js';
import { GitFetcher } from './git/git.fetcher.js';
import { LocalRepositories } from './git/local-repositories.js';
import { GithubFetcher } from './github/github.fetcher.js';
import { OutboundHttp } from './http/outbound-http.js';
import { OutboundLimits } from './http/outbound.limits.js';
import { RoutingFetcher } from './routing.fetcher.js';

@Module({
  providers: [
    OutboundLimits,
    OutboundHttp,
    LocalRepositories,
    GitFetcher,
    GithubFetcher,
    RoutingFetcher,
    { provide: BaseFetcher, useExisting: RoutingFetcher },
  ],
  exports: [BaseFetcher, RoutingFetcher, LocalRepositories],
})
export class ProvidersModule {}
