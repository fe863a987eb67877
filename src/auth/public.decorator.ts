import { SetMetadata } from '@nestjs/common';

/** `optional`: a Bearer token is not needed, but one that is sent must be good. */
export type SessionNeed = 'required' | 'optional' | 'none';

export const SESSION_NEED = 'session-need';

/**
 * Opens a route to those without a session: every other route is closed.
 * @param options.session `optional` where a session, if there is one, makes a difference.
 */
export const Public = (options: { session: 'optional' | 'none' } = { session: 'none' }) =>
  SetMetadata(SESSION_NEED, options.session satisfies SessionNeed);
