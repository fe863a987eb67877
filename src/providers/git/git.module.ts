import { Module } from '@nestjs/common';
import { GitFetcher } from './git.fetcher.js';
import { LocalRepositories } from './local-repositories.js';
import { LocalSource } from './local.source.js';

@Module({
  providers: [LocalRepositories, LocalSource, GitFetcher],
  exports: [GitFetcher, LocalRepositories],
})
export class GitModule {}
