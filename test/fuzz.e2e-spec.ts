import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import { GithubEmulator } from './support/github.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { SocketClient } from './support/socket.client.js';
import { seededWorld } from './support/world/seeded.world.js';

/** Of each property; `npm run test:fuzz` asks for many more. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 100);
const PATIENCE_MS = 20_000 + RUNS * 100;

const secret = (): string => randomBytes(32).toString('hex');
const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

describe('whatever clients send, the server neither fails nor opens:', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const jwt = new JwtService();
  const serverSecret = secret();
  let provider: GithubEmulator;
  let server: TestServer;
  let http: Pool;
  let hers: SessionGrantDto;
  let his: SessionGrantDto;

  beforeAll(async () => {
    provider = await GithubEmulator.start(seededWorld({ repositories: 1, active: 1, commits: 1 }));
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      GIT_HOSTS: 'git.invalid',
      GITHUB_API_URL: provider.url,
      GITLAB_URL: provider.url,
      AZURE_DEVOPS_URL: provider.url,
      GITHUB_URL: provider.url,
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'fuzzed-client-secret',
      OAUTH_REDIRECT_URIS: 'https://recap.example.com/back',
      JWT_SECRET_KEY: serverSecret,
      SESSION_IDLE_SECONDS: '43200',
    });
    http = new Pool(server.url, { connections: 4 });
    [hers, his] = await Promise.all([server.clone('one'), server.clone('one')]);
  });

  afterAll(async () => {
    // It is as well as it was before.
    expect((await ask('GET', '/session', { token: hers.accessToken })).status).toBe(200);
    await http.close();
    await server.stop();
    await provider.stop();
    folder.remove();
  });

  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { token, body }: { token?: string; body?: string } = {},
  ): Promise<{ status: number; text: string }> => {
    const answer = await http.request({
      method,
      path,
      body,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const holds = <T>(values: fc.Arbitrary<T>, property: (value: T) => Promise<void>) =>
    fc.assert(fc.asyncProperty(values, property), { numRuns: RUNS });

  describe('tokens that are', () => {
    const refused = async (token: string): Promise<void> => {
      if (token === hers.accessToken || token === his.accessToken) return;
      const { status, text } = await ask('GET', '/session', { token });
      expect({ token, status }).toEqual({ token, status: 401 });
      expect(text).not.toContain('connections');
    };
    const parts = (grant: SessionGrantDto): string[] => grant.accessToken.split('.');
    const claims = (grant: SessionGrantDto) =>
      jwt.decode<Record<string, unknown>>(grant.accessToken);
    const kid = (): string => {
      const [header = ''] = parts(hers);
      return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
    };
    const sign = (
      given: object,
      key: string,
      algorithm: 'HS256' | 'HS384' | 'HS512' = 'HS256',
    ): Promise<string> => jwt.signAsync(given, { secret: key, keyid: kid(), algorithm });

    it('random', () => holds(fc.stringMatching(/^[\w.~+/=-]{0,200}$/), refused), PATIENCE_MS);

    it(
      'altered in one character, or cut',
      () =>
        holds(fc.tuple(fc.nat(), fc.stringMatching(/^[\w.-]?$/)), ([place, other]) => {
          const token = hers.accessToken;
          const at = place % token.length;
          return refused(token.slice(0, at) + other + (other ? token.slice(at + 1) : ''));
        }),
      PATIENCE_MS,
    );

    it(
      'put together from those of two sessions',
      () =>
        holds(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (chosen) =>
          refused(chosen.map((one, index) => parts(one ? hers : his)[index]).join('.')),
        ),
      PATIENCE_MS,
    );

    it(
      'without a signature, or of another algorithm',
      () =>
        holds(
          fc.record({
            alg: fc.constantFrom('none', 'None', 'NONE', 'HS512', 'RS256', 'ES256', '', null),
            typ: fc.constantFrom('JWT', undefined),
            signature: fc.constantFrom('', 'x', parts(hers)[2] ?? ''),
          }),
          ({ alg, typ, signature }) =>
            refused(`${encoded({ alg, typ, kid: kid() })}.${parts(hers)[1] ?? ''}.${signature}`),
        ),
      PATIENCE_MS,
    );

    it(
      'signed with another secret',
      () =>
        holds(fc.string({ minLength: 1 }), async (key) =>
          refused(await sign(claims(hers), `${key}${'k'.repeat(32)}`)),
        ),
      PATIENCE_MS,
    );

    it(
      'expired, early, of another issuer, audience or algorithm, though signed with the right one',
      () =>
        holds(fc.tuple(fc.constantFrom(...MISTAKES), fc.integer({ min: 6 })), ([mistake, by]) =>
          sign({ ...claims(hers), ...mistake(by) }, serverSecret).then(refused),
        ).then(async () => {
          await refused(await sign(claims(hers), serverSecret, 'HS384'));
          await refused(await sign(claims(hers), serverSecret, 'HS512'));
        }),
      PATIENCE_MS,
    );

    it(
      'made with the server’s secret, but without the session’s own key',
      () =>
        holds(fc.uint8Array({ minLength: 0, maxLength: 40 }), (bytes) => {
          const key = Buffer.from(bytes).toString('base64url');
          return sign({ ...claims(hers), key }, serverSecret).then(refused);
        }).then(async () => {
          await refused(await sign({ ...claims(hers), key: claims(his).key }, serverSecret));
          await refused(await sign({ ...claims(hers), sid: his.sessionId }, serverSecret));
        }),
      PATIENCE_MS,
    );

    it('on sockets', async () => {
      for (const token of ['', 'a.b.c', `${hers.accessToken}x`]) {
        const socket = server.connect({ ...hers, accessToken: token });
        await expect(socket).rejects.toMatchObject({ status: 401 });
      }
      const foreign = server.connect({ ...hers, accessToken: his.accessToken });
      await expect(foreign).rejects.toMatchObject({ status: 403 });
    });
  });

  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('one', '.', 'github', 'gitlab', 'azure-devops', 'me', '*', '2025-01-01'),
    fc.constantFrom('__proto__', 'constructor', '\u0000', '\ud800', '${7*7}', '../../etc/passwd'),
    fc.integer(),
  );
  const fields = (...names: string[]) =>
    fc.oneof(fc.dictionary(fc.constantFrom(...names), value), fc.jsonValue());
  const FILTER = ['repo', 'since', 'until', 'timeZone', 'author', 'type', 'includeBots', 'limit'];

  it.each<[string, boolean, fc.Arbitrary<unknown>]>([
    ['/pat', false, fields('provider', 'token', 'baseUrl', 'organization')],
    ['/clone', false, fields('url', 'path')],
    ['/external-signup', false, fields('code', 'state', 'error', 'codeVerifier', 'redirectUri')],
    ['/recaps', true, fields('bullets', 'style', 'language', ...FILTER)],
  ])(
    'bodies of POST %s',
    (path, withToken, bodies) =>
      holds(
        fc.oneof(
          bodies.map((body) => JSON.stringify(body)),
          fc.string(),
        ),
        async (body) => {
          const token = withToken ? hers.accessToken : undefined;
          const { status } = await ask('POST', path, { token, body });
          expect({ body, failed: status >= 500 }).toEqual({ body, failed: false });
        },
      ),
    PATIENCE_MS,
  );

  it.each(['/actions', '/repos', '/replies', '/replies/x', '/auth/github', '/session'])(
    'queries of GET %s',
    (path) => {
      const names = fc.constantFrom(...FILTER, 'cursor', 'search', 'page', 'redirectUri', 'a[b]');
      const pairs = fc.array(fc.tuple(names, fc.oneof(fc.string(), fc.constant('1'))));
      const queries = fc.oneof(
        pairs.map((all) => new URLSearchParams(all).toString()),
        fc.stringMatching(/^[\w%&=[\].;+-]{0,60}$/),
      );
      return holds(queries, async (query) => {
        const { status } = await ask('GET', `${path}?${query}`, { token: hers.accessToken });
        expect({ query, failed: status >= 500 }).toEqual({ query, failed: false });
      });
    },
    PATIENCE_MS,
  );

  it(
    'frames on the socket',
    async () => {
      const data = fields('replyId', 'after', 'ref', 'bullets', 'style', ...FILTER);
      const event = fc.oneof(fc.constantFrom('recap', 'resume', 'cancel', 'chat'), fc.string());
      const frames = fc.oneof(
        fc.record({ event, data }, { requiredKeys: [] }).map((frame) => JSON.stringify(frame)),
        fc.jsonValue().map((frame) => JSON.stringify(frame)),
        fc.string({ unit: 'binary' }),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      );
      let socket: SocketClient = await server.connect(hers);
      let sent = 0;
      await holds(frames, async (frame) => {
        socket.sendRaw(frame);
        // An answer to what came after it: it has been dealt with, and the socket is still there.
        const ref = `marker-${String((sent += 1))}`;
        socket.send('no such event', { ref });
        await socket.waitFor((answer) => answer.data.ref === ref);
        const failures = socket.frames.filter(({ data }) => (data.problem?.status ?? 0) >= 500);
        expect({ frame, failures }).toEqual({ frame, failures: [] });
        socket.frames.length = 0;
        if (sent % 1_000 === 0) {
          await socket.close();
          socket = await server.connect(hers);
        }
      });
    },
    PATIENCE_MS,
  );
});

const now = (): number => Math.floor(Date.now() / 1000);
const MISTAKES: readonly ((by: number) => object)[] = [
  (by) => ({ exp: now() - (by % 1_000_000) - 6 }),
  (by) => ({ nbf: now() + (by % 1_000_000) + 60 }),
  (by) => ({ iss: `git-recap-${String(by)}` }),
  (by) => ({ aud: `git-recap-api-${String(by)}` }),
];
