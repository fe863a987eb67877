import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';
import { Memo } from '../state/memo.js';
import { createSealer } from '../state/sealer.js';
import type { Identity } from './session.js';

const ISSUER = 'git-recap';
const AUDIENCE = 'git-recap-api';
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_VERIFIED = 1_000;
const SESSION_ID = /^[\w-]{1,64}$/;
/** 32 bytes in base64url. */
const SESSION_KEY = /^[\w-]{43}$/;

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

/** One secret of the list, ready for use. */
interface ServerKey {
  readonly id: string;
  readonly secret: string;
  readonly jwt: JwtService;
}

/** Issues and verifies access tokens: HS256, the header's `kid` picks the secret. */
@Injectable()
export class TokenService implements OnApplicationShutdown {
  private readonly keys: ReadonlyMap<string, ServerKey>;
  private readonly signingKey: ServerKey;
  /** Who a token speaks for, by its hash: once it has verified, only time can change that. */
  private readonly verified = new Memo<Identity>(MAX_VERIFIED);

  constructor(private readonly environment: Environment) {
    const keys = environment.JWT_SECRET_KEY.map(serverKey);
    const [signingKey] = keys;
    if (!signingKey) throw new Error('there is no secret to sign with');
    this.keys = new Map(keys.map((key) => [key.id, key]));
    this.signingKey = signingKey;
  }

  async issue(subject: string, sessionId: string): Promise<IssuedToken> {
    const { id: keyid, secret, jwt } = this.signingKey;
    const key = randomBytes(32);
    const expiresAt = Math.floor(Date.now() / 1000) + this.environment.SESSION_MAX_SECONDS;
    const accessToken = await jwt.signAsync(
      { sub: subject, sid: sessionId, exp: expiresAt, key: key.toString('base64url') },
      { keyid, algorithm: 'HS256', issuer: ISSUER, audience: AUDIENCE },
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
    const name = hash('sha256', accessToken, 'base64');
    const known = this.verified.get(name);
    if (known && !isOver(known)) return known;
    const identity = await this.check(accessToken);
    this.verified.set(name, identity);
    return identity;
  }

  onApplicationShutdown(): void {
    this.verified.forget();
  }

  private async check(accessToken: string): Promise<Identity> {
    try {
      const { secret, jwt } = this.keyOf(accessToken);
      const claims = await jwt.verifyAsync<Claims>(accessToken, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      checkClaims(claims);
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

  private keyOf(accessToken: string): ServerKey {
    const decoded = this.signingKey.jwt.decode<object | null>(accessToken, { complete: true }) as {
      header: { kid?: string };
    } | null;
    const key = this.keys.get(decoded?.header.kid ?? '');
    if (!key) throw new Error('the token names no key of this server');
    return key;
  }
}

const isOver = ({ expiresAt }: Identity): boolean =>
  Date.now() >= expiresAt.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;

/** Whoever has the secret may sign anything; what this server does not issue, it does not take. */
function checkClaims({ sub, sid, exp, key }: Partial<Record<keyof Claims, unknown>>): void {
  const isOurs =
    typeof sub === 'string' &&
    typeof sid === 'string' &&
    SESSION_ID.test(sid) &&
    Number.isSafeInteger(exp) &&
    typeof key === 'string' &&
    SESSION_KEY.test(key);
  if (!isOurs) throw new Error('the token has other claims than those of this server');
}

/** Given a text, the library tries at every token whether it is a public key, at a third of a request's cost. */
function serverKey(secret: string): ServerKey {
  const jwt = new JwtService({ secret: createSecretKey(Buffer.from(secret)) });
  return { id: keyIdOf(secret), secret, jwt };
}

/** A name for a secret that tells nothing of it. */
function keyIdOf(secret: string): string {
  return createHmac('sha256', secret).update('git-recap/kid').digest('base64url').slice(0, 8);
}
