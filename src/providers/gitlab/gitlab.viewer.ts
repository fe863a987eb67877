import { DomainError } from '../../errors/domain.error.js';
import type { Connection, Viewer } from '../connection.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { placeOf } from './gitlab.address.js';
import type { GitlabApi } from './gitlab.api.js';

/** Who holds the token, and what GitLab tells of the token itself. */
export async function readConnection(
  api: GitlabApi,
  baseUrl: string,
  token: string,
): Promise<Connection> {
  const [user, addresses, grant] = await Promise.all([
    api.viewer(),
    whereGranted(api.emails()),
    whereGranted(api.token()),
  ]);
  const place = placeOf(baseUrl);
  return {
    id: `gitlab-${place}-${user.number('id')}`,
    provider: 'gitlab',
    baseUrl,
    label: `${user.text('username')} at ${place}`,
    token,
    viewer: viewerOf(user, addresses ?? [], new URL(baseUrl).hostname),
    scopes: grant?.optionalObject('scopes')?.texts(),
    credentialExpiresAt: grant?.optionalInstant('expires_at'),
  };
}

/** Some tokens may not read these: a narrow one the addresses, an OAuth token nothing of itself. */
export async function whereGranted<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DomainError && isNotGranted(error)) return undefined;
    throw error;
  }
}

/** GitLab says 401 of the token's own page, where the token is none that has one. */
function isNotGranted({ code }: DomainError): boolean {
  return ['provider_unauthorized', 'provider_forbidden', 'repository_not_found'].includes(code);
}

function viewerOf(user: AnswerReader, addresses: readonly AnswerReader[], host: string): Viewer {
  const login = user.text('username');
  const confirmed = addresses.filter((address) => address.optionalText('confirmed_at'));
  const emails = [
    user.optionalText('email'),
    user.optionalText('commit_email'),
    user.optionalText('public_email'),
    ...confirmed.map((address) => address.text('email')),
    // https://docs.gitlab.com/user/profile/#use-an-automatically-generated-private-commit-email
    `${user.number('id')}-${login}@users.noreply.${host}`,
  ];
  const known = emails.filter((email) => email !== undefined).map((email) => email.toLowerCase());
  return {
    id: String(user.number('id')),
    login,
    name: user.optionalText('name'),
    emails: [...new Set(known)],
    url: user.optionalText('web_url'),
  };
}
