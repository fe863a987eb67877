import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiFoundResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../errors/api-problems.decorator.js';
import type { Connection } from '../../providers/connection.js';
import { SessionGrantDto } from '../auth.dto.js';
import { Public } from '../public.decorator.js';
import { type Caller, CheckedConnection, SignInCaller } from '../request.decorators.js';
import { SessionGrants } from '../session.grants.js';
import { LimitSignIn } from '../throttle.options.js';
import { ExternalSignupDto } from './github.dto.js';
import { GithubRedirectGuard } from './github-redirect.guard.js';
import { GithubReturnGuard } from './github-return.guard.js';

@ApiTags('sign-in')
@Controller()
export class GithubController {
  constructor(private readonly grants: SessionGrants) {}

  /**
   * Begin to sign in with GitHub
   *
   * @remarks Go there with the browser, from a page of the same site. GitHub sends it back to
   * `redirectUri` with `code` and `state` (or `error` and `state`): give those to POST /external-signup
   * within ten minutes, from the same browser and with its cookies (`credentials: 'include'`).
   */
  @Get('auth/github')
  @Public()
  @LimitSignIn()
  @UseGuards(GithubRedirectGuard)
  @ApiOperation({ operationId: 'beginGithubSignIn' })
  @ApiQuery({
    name: 'redirectUri',
    description:
      'Where GitHub sends the browser back to: one of OAUTH_REDIRECT_URIS, to the letter.',
    schema: { type: 'string', minLength: 1, maxLength: 2048 },
    example: 'https://recap.example.com/signed-in',
  })
  @ApiFoundResponse({
    description: 'To GitHub, with a cookie that binds the sign-in to this browser.',
    headers: { Location: { schema: { type: 'string', format: 'uri' } } },
  })
  @ApiProblems('sign_in_disabled', 'redirect_refused')
  redirectToGithub(): never {
    throw new Error('the guard has redirected already');
  }

  /**
   * Finish signing in with GitHub
   *
   * @remarks Takes `{code, state}` of a sign-in that began at GET /auth/github, or
   * `{code, codeVerifier, redirectUri}` of one that the app began itself with PKCE; `error` instead of
   * `code` where GitHub gave that. With the Bearer token of a live session the connection is added to
   * that session.
   */
  @Post('external-signup')
  @Public({ session: 'optional' })
  @LimitSignIn()
  @UseGuards(GithubReturnGuard)
  @ApiOperation({ operationId: 'finishGithubSignIn' })
  @ApiBody({ type: ExternalSignupDto })
  @ApiProblems(
    'sign_in_disabled',
    'sign_in_unknown',
    'sign_in_foreign',
    'sign_in_misconfigured',
    'consent_denied',
    'code_refused',
    'scope_missing',
    'sign_in_refused',
    'redirect_refused',
    'provider_failed',
    'provider_timeout',
    'too_many_connections',
  )
  signUpWithGithub(
    @CheckedConnection() connection: Connection,
    @SignInCaller() caller: Caller,
  ): Promise<SessionGrantDto> {
    return this.grants.grant(connection, caller);
  }
}
