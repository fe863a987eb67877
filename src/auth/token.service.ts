import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { createHmac, randomBytes } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { createSealer } from '../state/sealer.js';
import type { Identity } from './session.js';

const ISSUER = 'git-recap';
const AUDIENCE = 'git-recap-api';
const CLOCK_TOLERANCE_SECONDS = 5;

/** The claims of an access token; `key` is the session key, 32 random bytes in base64url. */
interface Claims {
  readonly sub: string;
  readonly sid: string;
  readonly exp: number;
  readonly key: string;
}

export interface IssuedToken {
  readonly accessToken: string;
  readonly identity: Identity;
}

/** Issues and verifies access tokens: HS256, the header's `kid` picks the secret. */
@Injectable()
export class TokenService {
  private readonly secrets: ReadonlyMap<string, string>;
  private readonly signingKeyId: string;

  constructor(
    private readonly jwt: JwtService,
    private readonly environment: Environment,
  ) {
    const keyIds = environment.JWT_SECRET_KEY.map((secret) => [keyIdOf(secret), secret] as const);
    this.secrets = new Map(keyIds);
    this.signingKeyId = keyIds[0]?.[0] ?? '';
  }

  async issue(subject: string, sessionId: string): Promise<IssuedToken> {
    const secret = this.secrets.get(this.signingKeyId) ?? '';
    const key = randomBytes(32);
    const expiresAt = Math.floor(Date.now() / 1000) + this.environment.SESSION_MAX_SECONDS;
    const accessToken = await this.jwt.signAsync(
      { sub: subject, sid: sessionId, exp: expiresAt, key: key.toString('base64url') },
      { secret, keyid: this.signingKeyId, algorithm: 'HS256', issuer: ISSUER, audience: AUDIENCE },
    );
    return {
      accessToken,
      identity: {
        subject,
        sessionId,
        expiresAt: new Date(expiresAt * 1000),
        sealer: createSealer({ serverKey: secret, sessionKey: key }),
      },
    };
  }

  /** @throws DomainError `unauthorized` for a token that is not ours, altered or expired. */
  async verify(accessToken: string): Promise<Identity> {
    try {
      const secret = this.secretOf(accessToken);
      const claims = await this.jwt.verifyAsync<Claims>(accessToken, {
        secret,
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return {
        subject: claims.sub,
        sessionId: claims.sid,
        expiresAt: new Date(claims.exp * 1000),
        sealer: createSealer({
          serverKey: secret,
          sessionKey: Buffer.from(claims.key, 'base64url'),
        }),
      };
    } catch (cause) {
      throw new DomainError('unauthorized', 'The access token is not valid or has expired.', {
        cause,
      });
    }
  }

  private secretOf(accessToken: string): string {
    const decoded = this.jwt.decode<object | null>(accessToken, { complete: true }) as {
      header: { kid?: string };
    } | null;
    const secret = this.secrets.get(decoded?.header.kid ?? '');
    if (!secret) throw new Error('the token names no key of this server');
    return secret;
  }
}

/** A name for a secret that tells nothing of it. */
function keyIdOf(secret: string): string {
  return createHmac('sha256', secret).update('git-recap/kid').digest('base64url').slice(0, 8);
}
