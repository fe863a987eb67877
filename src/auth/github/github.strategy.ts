import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { randomUUID } from 'node:crypto';
import passport from 'passport';
import { Strategy } from 'passport-github2';
import { Environment } from '../../config/environment.js';
import { authorizeUrl, GithubTokens, tokenUrl } from './github.tokens.js';
import { askedScopes } from './oauth.scopes.js';

/** What a guard gives for one request. Passport has the other direction's fields from it too. */
export interface GithubOptions {
  /** The redirect URI, the same on the way there and back. */
  readonly callbackURL: string;
  readonly state?: string;
  /** On the way there. */
  readonly codeChallenge?: string;
  /** On the way back. */
  readonly codeVerifier?: string;
}

type Parameters = Readonly<Record<string, string>>;
type OnToken = (error: unknown, accessToken?: string) => void;

/**
 * Passport's GitHub strategy with PKCE and a state that the guards keep, and with this server's own
 * way out: Passport's has no time limit.
 */
@Injectable()
export class GithubStrategy extends PassportStrategy(Strategy) implements OnApplicationShutdown {
  /** Passport's registry belongs to the process, and there may be more servers than one in it. */
  readonly key = `github-${randomUUID()}`;

  constructor(environment: Environment, tokens: GithubTokens) {
    super({
      // The guards let nobody come here where sign-in is switched off; Passport wants a name all the same.
      clientID: environment.GITHUB_CLIENT_ID ?? 'none',
      clientSecret: environment.GITHUB_CLIENT_SECRET ?? '',
      callbackURL: '',
      authorizationURL: authorizeUrl(environment.GITHUB_URL),
      tokenURL: tokenUrl(environment.GITHUB_URL),
      scope: askedScopes(environment),
      scopeSeparator: ' ',
      skipUserProfile: true,
    });
    Object.assign(this._oauth2, {
      getOAuthAccessToken: (code: string, parameters: Parameters, done: OnToken) => {
        tokens.exchange(code, parameters).then(
          (accessToken) => {
            done(null, accessToken);
          },
          (error: unknown) => {
            done(error);
          },
        );
      },
    });
    passport.use(this.key, this);
  }

  onApplicationShutdown(): void {
    passport.unuse(this.key);
  }

  /** Who holds the token is asked where the session is made, as for every other token. */
  validate(accessToken: string): string {
    return accessToken;
  }

  override authorizationParams({ codeChallenge }: GithubOptions): object {
    return { code_challenge: codeChallenge, code_challenge_method: 'S256' };
  }

  override tokenParams({ codeVerifier }: GithubOptions): object {
    return { code_verifier: codeVerifier };
  }
}
