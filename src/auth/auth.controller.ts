import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import { BaseFetcher } from '../providers/base.fetcher.js';
import type { Connection } from '../providers/connection.js';
import { LocalRepositories } from '../providers/git/local-repositories.js';
import { CloneDto, CloneOptionsDto, PatDto, SessionGrantDto } from './auth.dto.js';
import { CloneGuard } from './clone.guard.js';
import { PatGuard } from './pat.guard.js';
import { Public } from './public.decorator.js';
import { type Caller, CheckedConnection, SignInCaller } from './request.decorators.js';
import { SessionGrants } from './session.grants.js';
import { LimitSignIn } from './throttle.options.js';

@ApiTags('sign-in')
@Public({ session: 'optional' })
@Controller()
export class AuthController {
  constructor(
    private readonly grants: SessionGrants,
    private readonly fetcher: BaseFetcher,
    private readonly localRepositories: LocalRepositories,
    private readonly environment: Environment,
  ) {}

  /**
   * Sign in with a personal access token
   *
   * @remarks The token is checked with its provider first. With the Bearer token of a live session the
   * connection is added to that session.
   */
  @Post('pat')
  @LimitSignIn()
  @UseGuards(PatGuard)
  @ApiBody({ type: PatDto })
  @ApiProblems(
    'provider_unauthorized',
    'sign_in_refused',
    'host_refused',
    'provider_failed',
    'provider_timeout',
    'too_many_connections',
  )
  signInWithToken(
    @CheckedConnection() connection: Connection,
    @SignInCaller() caller: Caller,
  ): Promise<SessionGrantDto> {
    return this.grants.grant(connection, caller);
  }

  /**
   * Read any git repository, without an account
   *
   * @remarks Only asks the repository for its references. With the Bearer token of a live session the
   * repository is added to that session; in production it needs one that began with a provider.
   */
  @Post('clone')
  @LimitSignIn()
  @UseGuards(CloneGuard)
  @ApiProblems(
    'clone_disabled',
    'clone_refused',
    'repository_not_found',
    'provider_timeout',
    'too_many_connections',
  )
  async addRepository(
    @Body() dto: CloneDto,
    @SignInCaller() caller: Caller,
  ): Promise<SessionGrantDto> {
    if ((dto.url === undefined) === (dto.path === undefined)) {
      throw new DomainError('invalid_request', 'Give either url or path.', {
        errors: [{ field: 'url', message: 'either url or path is needed, not both' }],
      });
    }
    const client = caller.session?.identity.subject ?? caller.address;
    const connection = await this.fetcher.connect(
      { provider: 'git', baseUrl: dto.url, path: dto.path, client },
      caller.signal,
    );
    return this.grants.grant(connection, caller);
  }

  /**
   * What can be read without an account
   *
   * @remarks Lists the local repositories, where GIT_ROOT is set.
   */
  @Get('clone')
  @UseGuards(CloneGuard)
  @ApiOperation({ operationId: 'getCloneOptions' })
  async cloneOptions(): Promise<CloneOptionsDto> {
    return {
      urls: (this.environment.GIT_HOSTS ?? []).length > 0,
      paths: this.environment.GIT_ROOT !== undefined,
      repositories: await this.localRepositories.list(),
    };
  }
}
