import type { WorldPerson } from '../world/world.js';
import { exampleOf } from './openapi.js';

const [{ owner: OWNER }] = exampleOf('/user/repos') as [{ owner: Record<string, unknown> }];

/** A person or an app as the REST API shows them everywhere. */
export function accountOf({ id, login, bot }: WorldPerson): Record<string, unknown> {
  return { ...OWNER, id, login, node_id: `U_${String(id)}`, type: bot ? 'Bot' : 'User' };
}
