import { IsString, Length, Matches } from 'class-validator';
import { Optional } from '../../errors/optional.decorator.js';

export class GithubSignInDto {
  /**
   * Where GitHub sends the browser back to: one of OAUTH_REDIRECT_URIS, to the letter.
   * @example https://recap.example.com/signed-in
   */
  @IsString()
  @Length(1, 2048)
  redirectUri: string;
}

/** What GitHub gave the app that it sent the browser back to. */
export class ExternalSignupDto {
  /** GitHub's code; absent only where it gave an `error`. */
  @Optional()
  @Matches(/^[\x21-\x7e]+$/, { message: 'code must be visible ASCII characters' })
  @Length(1, 256)
  code?: string;

  /** GitHub's `error` instead of a code, as it is: `access_denied` where the user said no. */
  @Optional()
  @Matches(/^\w+$/)
  @Length(1, 64)
  error?: string;

  /** The state that came with it, for a sign-in that began at GET /auth/github. */
  @Optional()
  @IsString()
  @Length(1, 256)
  state?: string;

  /** PKCE's verifier, for a sign-in that the app began itself. */
  @Optional()
  @Matches(/^[\w.~-]+$/)
  @Length(43, 128)
  codeVerifier?: string;

  /** With `codeVerifier`: the redirect URI that the app gave GitHub, one of OAUTH_REDIRECT_URIS. */
  @Optional()
  @IsString()
  @Length(1, 2048)
  redirectUri?: string;
}
