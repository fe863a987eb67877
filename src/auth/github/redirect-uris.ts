import type { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';

/** @throws DomainError `sign_in_disabled` where the operator has not set up sign-in with GitHub. */
export function checkEnabled({ GITHUB_CLIENT_ID }: Environment): void {
  if (GITHUB_CLIENT_ID !== undefined) return;
  throw new DomainError('sign_in_disabled', 'This server is not set up to sign in with GitHub.');
}

/**
 * An open redirect would give codes away, so nothing but what the operator wrote will do.
 * @throws DomainError `redirect_refused`
 */
export function checkRedirectUri(redirectUri: string, { OAUTH_REDIRECT_URIS }: Environment): void {
  if (OAUTH_REDIRECT_URIS.includes(redirectUri)) return;
  const message = 'redirectUri is not one of OAUTH_REDIRECT_URIS';
  throw new DomainError('redirect_refused', message, {
    errors: [{ field: 'redirectUri', message }],
  });
}
