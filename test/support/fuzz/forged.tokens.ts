import { JwtService } from '@nestjs/jwt';
import fc from 'fast-check';
import type { SessionGrantDto } from '../../../src/auth/auth.dto.js';

/** What a forger may have got hold of: two good tokens, and the secret they are signed with. */
export interface Stolen {
  readonly hers: SessionGrantDto;
  readonly his: SessionGrantDto;
  readonly secret: string;
}

type Forgery = (stolen: Stolen) => fc.Arbitrary<string>;

const jwt = new JwtService();

/** Tokens that must open nothing, by what is wrong with them. A good one may be among them by chance. */
export const FORGED_TOKENS: Readonly<Record<string, Forgery>> = {
  random: () => fc.stringMatching(/^[\w.~+/=-]{0,200}$/),

  'altered in one character, or cut': ({ hers: { accessToken: token } }) =>
    fc.tuple(fc.nat(), fc.stringMatching(/^[\w.-]?$/)).map(([place, other]) => {
      const at = place % token.length;
      return token.slice(0, at) + other + (other ? token.slice(at + 1) : '');
    }),

  'put together from those of two sessions': ({ hers, his }) =>
    fc
      .array(fc.boolean(), { minLength: 3, maxLength: 3 })
      .map((chosen) => chosen.map((one, part) => parts(one ? hers : his)[part]).join('.')),

  'without a signature, or of another algorithm': ({ hers }) =>
    fc
      .record({
        alg: fc.constantFrom('none', 'None', 'NONE', 'HS512', 'RS256', 'ES256', '', null),
        typ: fc.constantFrom('JWT', undefined),
        signature: fc.constantFrom('', 'x', parts(hers)[2] ?? ''),
      })
      .map(({ alg, typ, signature }) =>
        [encoded({ alg, typ, kid: keyIdOf(hers) }), parts(hers)[1], signature].join('.'),
      ),

  'signed with another secret': ({ hers }) =>
    fc.string({ minLength: 1 }).map((key) => sign(hers, claimsOf(hers), `${key}${'k'.repeat(32)}`)),

  'expired, early, of another issuer, audience or algorithm, though signed with the right one': ({
    hers,
    secret,
  }) =>
    fc.oneof(
      { weight: 9, arbitrary: mistakes.map((wrong) => sign(hers, wrong(hers), secret)) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('HS384' as const, 'HS512' as const)
          .map((algorithm) => sign(hers, claimsOf(hers), secret, algorithm)),
      },
    ),

  'made with the server’s secret, but without the session’s own key': ({ hers, his, secret }) =>
    fc
      .oneof(
        fc
          .uint8Array({ minLength: 0, maxLength: 40 })
          .map((bytes) => ({ key: Buffer.from(bytes).toString('base64url') })),
        fc.constantFrom({ key: claimsOf(his).key }, { sid: his.sessionId }),
      )
      .map((claims) => sign(hers, { ...claimsOf(hers), ...claims }, secret)),
};

const now = (): number => Math.floor(Date.now() / 1000);
const mistakes = fc
  .tuple(
    fc.constantFrom<(by: number) => object>(
      (by) => ({ exp: now() - (by % 1_000_000) - 6 }),
      (by) => ({ nbf: now() + (by % 1_000_000) + 60 }),
      (by) => ({ iss: `git-recap-${String(by)}` }),
      (by) => ({ aud: `git-recap-api-${String(by)}` }),
    ),
    fc.integer({ min: 6 }),
  )
  .map(([mistake, by]) => (grant: SessionGrantDto) => ({ ...claimsOf(grant), ...mistake(by) }));

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = (grant: SessionGrantDto): string[] => grant.accessToken.split('.');
const claimsOf = (grant: SessionGrantDto) => jwt.decode<Record<string, unknown>>(grant.accessToken);

function keyIdOf(grant: SessionGrantDto): string {
  const [header = ''] = parts(grant);
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
}

function sign(
  grant: SessionGrantDto,
  claims: object,
  secret: string,
  algorithm: 'HS256' | 'HS384' | 'HS512' = 'HS256',
): string {
  return jwt.sign(claims, { secret, keyid: keyIdOf(grant), algorithm });
}
