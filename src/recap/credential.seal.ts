import { createHmac } from 'node:crypto';
import type { Connection } from '../providers/connection.js';
import { createSealer, type Sealer } from '../state/sealer.js';

/** Names and seals what everybody with the same credentials may share, and nobody else can find or open. */
export interface CredentialSeal {
  readonly name: string;
  readonly sealer: Sealer;
}

/**
 * Both come from all of the credentials, in any order. The server's key is mixed in, so that the
 * store alone is no means to guess a short credential with.
 */
export function credentialSeal(
  connections: readonly Connection[],
  serverKey: string,
): CredentialSeal {
  const credentials = connections.map(credentialOf).toSorted().join('\n');
  const derive = (purpose: string): Buffer =>
    createHmac('sha256', serverKey).update(`git-recap/cache/${purpose}\n${credentials}`).digest();
  return {
    name: derive('name').toString('base64url'),
    sealer: createSealer({ serverKey, sessionKey: derive('seal') }),
  };
}

/** The connection's id is among it, as what is kept names the connection. */
function credentialOf({ provider, baseUrl, organization, id, token }: Connection): string {
  return JSON.stringify([provider, baseUrl, organization, id, token]);
}
