import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.js';
import { validationPipe } from '../../errors/validation.pipe.js';
import { giveBrowserKey } from './browser.cookie.js';
import { GithubSignInDto } from './github.dto.js';
import { type GithubOptions, GithubStrategy } from './github.strategy.js';
import { checkEnabled, checkRedirectUri } from './redirect-uris.js';
import { SIGN_IN_LIFETIME_MS, SignInStarts } from './sign-in.starts.js';

/** Begins a sign-in and has Passport send the browser to GitHub: no handler is reached. */
@Injectable()
export class GithubRedirectGuard extends AuthGuard() {
  constructor(
    strategy: GithubStrategy,
    private readonly starts: SignInStarts,
    private readonly environment: Environment,
  ) {
    super({ defaultStrategy: strategy.key });
  }

  /** Guards run before pipes, so this one validates the query itself. */
  override async getAuthenticateOptions(context: ExecutionContext): Promise<GithubOptions> {
    checkEnabled(this.environment);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { redirectUri } = (await validationPipe.transform(request.query, {
      type: 'query',
      metatype: GithubSignInDto,
    })) as GithubSignInDto;
    checkRedirectUri(redirectUri, this.environment);
    const reply = http.getResponse<FastifyReply>();
    const browserKey = giveBrowserKey(request, reply, this.environment, SIGN_IN_LIFETIME_MS);
    return { callbackURL: redirectUri, ...(await this.starts.begin(redirectUri, browserKey)) };
  }

  /** The part of a response that Passport redirects with; it knows Express, not Fastify. */
  getResponse(context: ExecutionContext): object {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return {
      statusCode: 302,
      setHeader: (name: string, value: string) => void reply.header(name, value),
      end: () => void reply.code(302).header('cache-control', 'no-store').send(),
    };
  }
}
