import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentSession, RequestSignal } from '../auth/request.decorators.js';
import type { Session } from '../auth/session.js';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import type { Repository } from '../providers/repository.js';
import { ReposDto, ReposQueryDto } from './repos.dto.js';
import { RepositoryService } from './repository.service.js';

@ApiTags('recap')
@ApiBearerAuth()
@Controller('repos')
export class ReposController {
  constructor(private readonly repositories: RepositoryService) {}

  /** The repositories of all connections */
  @Get()
  @ApiProblems(
    'provider_unauthorized',
    'provider_rate_limited',
    'provider_failed',
    'provider_timeout',
  )
  async listRepositories(
    @CurrentSession() session: Session,
    @Query() { provider, search, page, perPage }: ReposQueryDto,
    @RequestSignal() signal: AbortSignal,
  ): Promise<ReposDto> {
    const { repositories, connections } = await this.repositories.list(session, signal);
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
