import { Module } from '@nestjs/common';
import { AzureDevopsFetcher } from './azure-devops/azure-devops.fetcher.js';
import { BaseFetcher } from './base.fetcher.js';
import { GitModule } from './git/git.module.js';
import { GithubFetcher } from './github/github.fetcher.js';
import { GitlabFetcher } from './gitlab/gitlab.fetcher.js';
import { HostResolver } from './host.resolver.js';
import { OutboundHttp } from './http/outbound-http.js';
import { OutboundLimits } from './http/outbound.limits.js';
import { RoutingFetcher } from './routing.fetcher.js';

@Module({
  imports: [GitModule],
  providers: [
    HostResolver,
    OutboundLimits,
    OutboundHttp,
    GithubFetcher,
    GitlabFetcher,
    AzureDevopsFetcher,
    RoutingFetcher,
    { provide: BaseFetcher, useExisting: RoutingFetcher },
  ],
  exports: [BaseFetcher, RoutingFetcher, OutboundHttp, GitModule],
})
export class ProvidersModule {}
