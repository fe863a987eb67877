import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { PROVIDER_TITLES } from '../../providers/connection.js';
import { AnswerReader } from '../../providers/http/answer.reader.js';
import { OutboundHttp } from '../../providers/http/outbound-http.js';
import { withoutTrailingSlashes } from '../../providers/trailing-slashes.js';

const GITHUB = PROVIDER_TITLES.github;

/** Errors that a user can do nothing about: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors */
const OPERATORS = [
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
  'application_suspended',
];

/** Gets access tokens for the codes that GitHub sends browsers back with. */
@Injectable()
export class GithubTokens {
  constructor(
    private readonly http: OutboundHttp,
    private readonly environment: Environment,
  ) {}

  /**
   * @param parameters Those of OAuth besides the code: grant_type, redirect_uri, code_verifier.
   * @throws DomainError `code_refused`, `sign_in_misconfigured`, `provider_timeout`, `provider_failed`.
   */
  async exchange(code: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const { GITHUB_URL, GITHUB_CLIENT_ID = '', GITHUB_CLIENT_SECRET = '' } = this.environment;
    const send = this.http.fetchFor({ provider: 'github', baseUrl: GITHUB_URL });
    const credentials = { client_id: GITHUB_CLIENT_ID, client_secret: GITHUB_CLIENT_SECRET };
    const response = await send(tokenUrl(GITHUB_URL), {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ ...credentials, ...parameters, code }).toString(),
    });
    // GitHub knows no such app: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
    if (response.status === 404) throw misconfigured('unknown client id');
    const answer = new AnswerReader(GITHUB, await jsonOf(response));
    const error = answer.optionalText('error');
    // GitHub says so with a status of 200.
    if (error === undefined) return answer.text('access_token');
    throw OPERATORS.includes(error) ? misconfigured(error) : refused(error);
  }
}

/** The address that a GitHub gives tokens at. */
export const tokenUrl = (githubUrl: string): string =>
  `${withoutTrailingSlashes(githubUrl)}/login/oauth/access_token`;

/** The address that a GitHub asks its users for their consent at. */
export const authorizeUrl = (githubUrl: string): string =>
  `${withoutTrailingSlashes(githubUrl)}/login/oauth/authorize`;

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // Not an object: what reads it says that GitHub answered in a form not known here.
    return undefined;
  }
}

function refused(error: string): DomainError {
  const cause = new Error(error);
  return new DomainError('code_refused', 'GitHub does not accept this code.', { cause });
}

/** Whatever GitHub said, only the operator is told: it may quote this server's settings. */
export function misconfigured(error: string): DomainError {
  const detail = 'GitHub does not accept the settings that this server signs in with.';
  return new DomainError('sign_in_misconfigured', detail, { cause: new Error(error) });
}
