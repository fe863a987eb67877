import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { SealBroken } from '../../state/seal-broken.js';
import { createSealer } from '../../state/sealer.js';
import { SharedState, type StateKey } from '../../state/shared-state.js';

/** Milliseconds a user may take at the provider. */
export const SIGN_IN_LIFETIME_MS = 600_000;

const STATE = /^[\w-]{43}$/;
const secret = (): string => randomBytes(32).toString('base64url');
const keyOf = (state: string): StateKey => ({ scope: `sign-in:${state}`, name: 'start' });

/** What has to be told to the provider again when the user comes back. */
interface SignInStart {
  readonly redirectUri: string;
  /** PKCE's verifier (RFC 7636): shows that who brings the code is who asked for it. */
  readonly codeVerifier: string;
}

/**
 * Sign-ins that have begun and not come back yet. Each can be taken once, within ten minutes, by the
 * browser it began in: what is stored opens only with that browser's key.
 */
@Injectable()
export class SignInStarts {
  constructor(
    private readonly state: SharedState,
    private readonly environment: Environment,
  ) {}

  /** @returns what the provider is to be sent: the state, and PKCE's challenge (S256). */
  async begin(
    redirectUri: string,
    browserKey: string,
  ): Promise<{ state: string; codeChallenge: string }> {
    const [state, codeVerifier] = [secret(), secret()];
    const start: SignInStart = { redirectUri, codeVerifier };
    const [sealer] = this.sealersOf(browserKey);
    const sealed = sealer?.seal(JSON.stringify(start), state) ?? '';
    await this.state.set(keyOf(state), sealed, SIGN_IN_LIFETIME_MS);
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    return { state, codeChallenge };
  }

  /** @throws DomainError `sign_in_unknown` for a used, expired or invented state, `sign_in_foreign`. */
  async take(state: string, browserKey: string | undefined): Promise<SignInStart> {
    const sealed = STATE.test(state) ? await this.state.take(keyOf(state)) : undefined;
    if (sealed === undefined) {
      throw new DomainError('sign_in_unknown', 'No sign-in with this state is waiting.');
    }
    for (const sealer of browserKey === undefined ? [] : this.sealersOf(browserKey)) {
      try {
        return JSON.parse(sealer.open(sealed, state)) as SignInStart;
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
      }
    }
    throw new DomainError('sign_in_foreign', 'This sign-in began in another browser.');
  }

  /** One for each of the server's secrets: the first may be new since the sign-in began. */
  private sealersOf(browserKey: string) {
    const sessionKey = Buffer.from(browserKey, 'base64url');
    return this.environment.JWT_SECRET_KEY.map((serverKey) =>
      createSealer({ serverKey, sessionKey }),
    );
  }
}
