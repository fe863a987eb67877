import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { validationPipe } from '../../errors/validation.pipe.js';
import { BaseFetcher } from '../../providers/base.fetcher.js';
import { invalidField } from '../../providers/invalid-field.js';
import { signalOf } from '../request.decorators.js';
import { browserKeyOf } from './browser.cookie.js';
import { ExternalSignupDto } from './github.dto.js';
import { type GithubOptions, GithubStrategy } from './github.strategy.js';
import { misconfigured } from './github.tokens.js';
import { askedScopes, missingScopes } from './oauth.scopes.js';
import { checkEnabled, checkRedirectUri } from './redirect-uris.js';
import { SignInStarts } from './sign-in.starts.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The token that Passport got, until the guard has checked it. */
    githubToken?: string;
  }
}

/** Has Passport change what GitHub sent the browser back with into a token, and checks that. */
@Injectable()
export class GithubReturnGuard extends AuthGuard() {
  constructor(
    strategy: GithubStrategy,
    private readonly starts: SignInStarts,
    private readonly fetcher: BaseFetcher,
    private readonly environment: Environment,
  ) {
    super({ defaultStrategy: strategy.key, property: 'githubToken' });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { githubToken: token } = request;
    const signal = signalOf(http.getResponse<FastifyReply>());
    request.connection = await this.fetcher.connect({ provider: 'github', token }, signal);
    const missing = missingScopes(askedScopes(this.environment), request.connection.scopes ?? []);
    if (missing.length === 0) return true;
    throw new DomainError('scope_missing', `GitHub did not grant: ${missing.join(', ')}.`);
  }

  /** Guards run before pipes, so this one validates the body itself. */
  override async getAuthenticateOptions(context: ExecutionContext): Promise<GithubOptions> {
    checkEnabled(this.environment);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    checkNoQuery(request);
    const returned = (await validationPipe.transform(request.body ?? {}, {
      type: 'body',
      metatype: ExternalSignupDto,
    })) as ExternalSignupDto;
    return returned.codeVerifier === undefined
      ? this.finish(returned, browserKeyOf(request, this.environment))
      : this.finishForApp(returned, returned.codeVerifier);
  }

  /** Passport wraps what went wrong with the token. */
  override handleRequest<T>(error: unknown, token: T | false): T {
    if (token) return token;
    throw causeOf(error) ?? error;
  }

  /** A sign-in that began here. */
  private async finish(
    { code, error, state }: ExternalSignupDto,
    browserKey: string | undefined,
  ): Promise<GithubOptions> {
    if (state === undefined) throw invalidField('state', 'state or codeVerifier is needed');
    const { redirectUri, codeVerifier } = await this.starts.take(state, browserKey);
    if (error !== undefined) throw declined(error);
    if (code === undefined) throw invalidField('code', 'code is needed');
    return { callbackURL: redirectUri, codeVerifier };
  }

  /** A sign-in that the app began: the state of that is its own. */
  private finishForApp(
    { code, error, redirectUri, state }: ExternalSignupDto,
    codeVerifier: string,
  ): GithubOptions {
    if (state !== undefined) throw invalidField('state', 'give either state or codeVerifier');
    if (redirectUri === undefined) throw invalidField('redirectUri', 'redirectUri is needed');
    checkRedirectUri(redirectUri, this.environment);
    if (error !== undefined) throw declined(error);
    if (code === undefined) throw invalidField('code', 'code is needed');
    return { callbackURL: redirectUri, codeVerifier };
  }
}

/** Passport would prefer a code in the query to the one that was looked at here. */
function checkNoQuery({ query }: FastifyRequest): void {
  const [field] = Object.keys(query as object);
  if (field !== undefined) throw invalidField(field, 'this route takes no query');
}

function declined(error: string): DomainError {
  if (error !== 'access_denied') return misconfigured(error);
  return new DomainError('consent_denied', 'The user did not grant access at GitHub.');
}

function causeOf(error: unknown): DomainError | undefined {
  if (!(error instanceof Error) || !('oauthError' in error)) return undefined;
  return error.oauthError instanceof DomainError ? error.oauthError : undefined;
}
