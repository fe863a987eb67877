import type { ConnectionRequest } from './connection.js';
import { invalidField } from './invalid-field.js';

/**
 * The token to connect with; it goes into a header, so nothing else than visible ASCII will do.
 * @param provider For people: `GitHub`.
 * @throws DomainError `invalid_request`
 */
export function accessTokenOf({ token }: ConnectionRequest, provider: string): string {
  if (token === undefined) throw invalidField('token', `token is needed for ${provider}`);
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw invalidField('token', 'token must be printable ASCII without spaces');
}
