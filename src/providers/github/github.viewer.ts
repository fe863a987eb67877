import type { Connection, Viewer } from '../connection.js';
import { webHostOf } from './github.address.js';
import type { GithubAnswer, GithubApi } from './github.api.js';
import { whereShown } from './github.error.js';

/** Who holds the token, and what GitHub tells of the token itself. */
export async function readConnection(
  api: GithubApi,
  baseUrl: string,
  token: string,
): Promise<Connection> {
  const [user, confirmed] = await Promise.all([api.get('/user'), readEmails(api)]);
  const host = webHostOf(baseUrl);
  return {
    id: `github-${host}-${user.data.number('id')}`,
    provider: 'github',
    baseUrl,
    label: `${user.data.text('login')} at ${host}`,
    token,
    viewer: viewerOf(user, confirmed, host),
    scopes: scopesOf(user),
    credentialExpiresAt: expiryOf(user),
  };
}

/** Needs a scope of its own; without it the noreply and the public address are all we know. */
async function readEmails(api: GithubApi): Promise<string[]> {
  const answer = await whereShown(api.get('/user/emails', { per_page: 100 }));
  const confirmed = answer?.data.items().filter((email) => email.boolean('verified')) ?? [];
  return confirmed.map((email) => email.text('email'));
}

function viewerOf({ data }: GithubAnswer, confirmed: string[], host: string): Viewer {
  const login = data.text('login');
  const emails = [
    data.optionalText('email'),
    ...confirmed,
    `${login}@users.noreply.${host}`,
    `${data.number('id')}+${login}@users.noreply.${host}`,
  ];
  const known = emails.filter((email) => email !== undefined).map((email) => email.toLowerCase());
  return {
    id: data.text('node_id'),
    login,
    name: data.optionalText('name'),
    emails: [...new Set(known)],
    url: data.optionalText('html_url'),
  };
}

/** Classic tokens only: a fine-grained one has no such header, and its permissions cannot be asked for. */
function scopesOf({ headers }: GithubAnswer): string[] | undefined {
  const scopes = headers.get('x-oauth-scopes') ?? undefined;
  return scopes
    ?.split(',')
    .map((scope) => scope.trim())
    .filter(Boolean);
}

/** Written as `2025-06-30 12:00:00 UTC` or with a numeric offset. */
function expiryOf({ headers }: GithubAnswer): string | undefined {
  const date = new Date(headers.get('github-authentication-token-expiration') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
