import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';

/** `optional`: a Bearer token is not needed, but one that is sent must be good. */
export type SessionNeed = 'required' | 'optional' | 'none';

export const SESSION_NEED = 'session-need';

/**
 * Opens a route to those without a session: every other route is closed.
 * @param options.session `optional` where a session, if there is one, makes a difference.
 */
export function Public(
  options: { session: 'optional' | 'none' } = { session: 'none' },
): ClassDecorator & MethodDecorator {
  const need: SessionNeed = options.session;
  const documented = need === 'optional' ? [ApiSecurity({}), ApiBearerAuth()] : [ApiSecurity({})];
  return applyDecorators(SetMetadata(SESSION_NEED, need), ...documented);
}
