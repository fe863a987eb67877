import { Controller, Get, Query, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import type { Repository } from '../providers/repository.js';
import { ReposDto, ReposQueryDto } from './repos.dto.js';
import { CachedList, RepositoryCacheInterceptor } from './repository-cache.interceptor.js';
import type { RepositoryList } from './repository.service.js';

const CACHE_HEADERS = {
  'X-Cache': {
    description: 'HIT when the list was kept, MISS when providers were asked.',
    schema: { type: 'string' as const, enum: ['HIT', 'MISS'] },
  },
  Age: {
    description: 'Seconds since the list was kept; absent when providers were asked.',
    schema: { type: 'integer' as const },
  },
};

@ApiTags('recap')
@ApiBearerAuth()
@Controller('repos')
export class ReposController {
  /**
   * The repositories of all connections
   *
   * @remarks The list is kept for a while for sessions with the same credentials; `refresh=true` asks
   * the providers again.
   */
  @Get()
  @UseInterceptors(RepositoryCacheInterceptor)
  @ApiOkResponse({ type: ReposDto, headers: CACHE_HEADERS })
  @ApiProblems(
    'provider_unauthorized',
    'provider_rate_limited',
    'provider_failed',
    'provider_timeout',
  )
  listRepositories(
    @CachedList() { repositories, connections }: RepositoryList,
    @Query() { provider, search, page, perPage }: ReposQueryDto,
  ): ReposDto {
    const needle = search?.toLowerCase() ?? '';
    const matching = unique(repositories)
      .filter((repository) => !provider || repository.provider === provider)
      .filter(({ fullName }) => fullName.toLowerCase().includes(needle));
    const start = (page - 1) * perPage;
    return {
      repositories: matching.slice(start, start + perPage),
      coverage: { connections },
      page,
      perPage,
      total: matching.length,
    };
  }
}

/** Two connections may read the same repository; the first one's stands for both. */
function unique(repositories: readonly Repository[]): Repository[] {
  const seen = new Set<string>();
  return repositories.filter(({ id }) => !seen.has(id) && seen.add(id));
}
