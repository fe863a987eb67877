import type { Environment } from '../../config/environment.js';

/** Scopes that hold others: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
  user: ['read:user', 'user:email', 'user:follow'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
};

/** What a user is asked to grant at GitHub. */
export function askedScopes({ GITHUB_SCOPES, SIGN_IN_ALLOW }: Environment): string[] {
  const asksForMembership = SIGN_IN_ALLOW.some((entry) => entry.startsWith('github:'));
  return [...new Set([...GITHUB_SCOPES, ...(asksForMembership ? ['read:org'] : [])])];
}

/** The scopes that were asked for and not granted: GitHub leaves out what another one includes. */
export function missingScopes(asked: readonly string[], granted: readonly string[]): string[] {
  const held = new Set(granted.flatMap((scope) => [scope, ...(INCLUDED[scope] ?? [])]));
  return asked.filter((scope) => !held.has(scope));
}
