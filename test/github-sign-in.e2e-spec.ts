import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { SessionDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import { type ProblemCode, PROBLEMS } from '../src/errors/problem.catalog.js';
import { OutboundLimits } from '../src/providers/http/outbound.limits.js';
import { GithubEmulator } from './support/github.emulator.js';
import { GithubOauthEmulator } from './support/github-oauth.emulator.js';
import { isRedisReachable, REDIS_TEST_URL } from './support/redis.reachable.js';
import { type Answer, TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const REDIRECT_URI = 'https://recap.example.com/signed-in';
const ORIGIN = 'https://recap.example.com';
const start = `/auth/github?redirectUri=${encodeURIComponent(REDIRECT_URI)}`;

describe('sign-in with GitHub', () => {
  let github: GithubEmulator;
  let oauth: GithubOauthEmulator;
  let settings: Record<string, string>;
  let server: TestServer;

  beforeAll(async () => {
    [github, oauth] = await Promise.all([
      GithubEmulator.start(seededWorld()),
      GithubOauthEmulator.start(),
    ]);
    settings = {
      GITHUB_CLIENT_ID: GithubOauthEmulator.CLIENT_ID,
      GITHUB_CLIENT_SECRET: GithubOauthEmulator.CLIENT_SECRET,
      GITHUB_URL: oauth.url,
      GITHUB_API_URL: github.url,
      OAUTH_REDIRECT_URIS: `https://other.example.com/back,${REDIRECT_URI}`,
      CORS_ORIGINS: ORIGIN,
    };
    server = await TestServer.start(settings);
  });

  afterAll(async () => {
    await server.stop();
    await Promise.all([github.stop(), oauth.stop()]);
  });

  afterEach(() => {
    oauth.tokenError = undefined;
    oauth.hangs = false;
    github.heal();
    expect(github.unexpected()).toEqual([]);
  });

  /** As a browser does it: to the page of consent, with the cookie that it was given. */
  const begin = async (at = server) => {
    const { status, headers } = await at.get(start);
    expect(status).toBe(302);
    const address = headers.get('location') ?? '';
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
    return { address, cookie, headers };
  };
  const finish = (body: object, cookie = '', at = server) =>
    at.post<SessionGrantDto & Problem>('/external-signup', body, { headers: { cookie } });
  const expectProblem = (answer: Answer<Problem>, code: ProblemCode) => {
    expect(answer.body.code).toBe(code);
    expect(answer.status).toBe(PROBLEMS[code].status);
    expect(JSON.stringify(answer.body)).not.toMatch(/emulated|secret-looking/);
  };

  it('asks GitHub for the least, with a state and a PKCE challenge, and binds the browser', async () => {
    const { address, headers } = await begin();
    const { origin, pathname, searchParams } = new URL(address);
    expect(origin + pathname).toBe(`${oauth.url}/login/oauth/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: GithubOauthEmulator.CLIENT_ID,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'user:email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(headers.get('cache-control')).toBe('no-store');
    const cookie = headers.get('set-cookie')?.split('; ').slice(1).toSorted();
    expect(cookie).toEqual(['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax']);
  });

  it('ends in a session that shows who it is and what was granted, not the token', async () => {
    const { address, cookie } = await begin();
    const { status, body } = await finish(oauth.consent(address), cookie);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      tokenType: 'Bearer',
      user: { verified: true },
      connections: [{ provider: 'github', scopes: ['repo', 'read:org', 'user:email'] }],
    });
    const session = await server.get<SessionDto>('/session', { token: body.accessToken });
    expect(session.status).toBe(200);
    expect(JSON.stringify([body, session.body])).not.toContain(GithubEmulator.TOKEN);
    const { total } = (await server.get<{ total: number }>('/repos', { token: body.accessToken }))
      .body;
    expect(total).toBeGreaterThan(0);
  });

  it('takes the code of an app that began with PKCE itself', async () => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: GithubOauthEmulator.CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    });
    const authorize = `${oauth.url}/login/oauth/authorize?${query.toString()}`;
    const app = { codeVerifier, redirectUri: REDIRECT_URI };
    const { code } = oauth.consent(authorize);
    expect((await finish({ code, ...app })).status).toBe(201);
    const wrong = { ...app, codeVerifier: randomBytes(32).toString('base64url') };
    expectProblem(await finish({ code: oauth.consent(authorize).code, ...wrong }), 'code_refused');
    const elsewhere = { ...app, redirectUri: 'https://evil.example/' };
    const { code: third } = oauth.consent(authorize);
    expectProblem(await finish({ code: third, ...elsewhere }), 'redirect_refused');
  });

  it('adds the connection to the session whose token came along', async () => {
    const first = await begin();
    const { body } = await finish(oauth.consent(first.address), first.cookie);
    const { address, cookie } = await begin();
    const added = await server.post<SessionGrantDto>('/external-signup', oauth.consent(address), {
      token: body.accessToken,
      headers: { cookie },
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ sessionId: body.sessionId, accessToken: body.accessToken });
  });

  it('lets two tabs of one browser sign in side by side', async () => {
    const { address, cookie } = await begin();
    const second = await server.get(start, { headers: { cookie } });
    expect(second.headers.get('set-cookie')?.split(';')[0]).toBe(cookie);
    const other = oauth.consent(second.headers.get('location') ?? '');
    expect((await finish(other, cookie)).status).toBe(201);
    expect((await finish(oauth.consent(address), cookie)).status).toBe(201);
  });

  it('is refused with a state that was used, was never given, or is none', async () => {
    const { address, cookie } = await begin();
    const { code, state } = oauth.consent(address);
    expect((await finish({ code, state }, cookie)).status).toBe(201);
    expectProblem(await finish({ code, state }, cookie), 'sign_in_unknown');
    const invented = randomBytes(32).toString('base64url');
    for (const unknown of [invented, 'x', '{}:*', `${String(state)} `]) {
      expectProblem(await finish({ code: 'c', state: unknown }, cookie), 'sign_in_unknown');
    }
  });

  it('gives a state to one of many who bring it at once', async () => {
    const { address, cookie } = await begin();
    const back = oauth.consent(address);
    const answers = await Promise.all(Array.from({ length: 5 }, () => finish(back, cookie)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, 'sign_in_unknown');
    }
  });

  it('is refused in another browser, and the state is gone then', async () => {
    for (const foreign of ['', (await begin()).cookie, 'git-recap-sign-in=x']) {
      const { address, cookie } = await begin();
      const back = oauth.consent(address);
      expectProblem(await finish(back, foreign), 'sign_in_foreign');
      expectProblem(await finish(back, cookie), 'sign_in_unknown');
    }
  });

  it('says that the user denied consent', async () => {
    const { address, cookie } = await begin();
    const { state } = oauth.consent(address);
    expectProblem(await finish({ error: 'access_denied', state }, cookie), 'consent_denied');
    expectProblem(await finish({ code: 'c', state }, cookie), 'sign_in_unknown');
  });

  it('says when less was granted than was asked for', async () => {
    const { address, cookie } = await begin();
    const granted = github.headers;
    github.headers = { ...granted, 'x-oauth-scopes': 'read:org' };
    try {
      expectProblem(await finish(oauth.consent(address), cookie), 'scope_missing');
    } finally {
      github.headers = granted;
    }
  });

  it('says that a code is bad, though GitHub does so with a 200', async () => {
    const { address, cookie } = await begin();
    const { state } = oauth.consent(address);
    expectProblem(await finish({ code: 'invented', state }, cookie), 'code_refused');
  });

  it.each(['incorrect_client_credentials', 'redirect_uri_mismatch', 'application_suspended'])(
    'leaves %s to the operator',
    async (error) => {
      oauth.tokenError = error;
      const { address, cookie } = await begin();
      expectProblem(await finish(oauth.consent(address), cookie), 'sign_in_misconfigured');
    },
  );

  it('gives up on a GitHub that does not answer', async () => {
    oauth.hangs = true;
    const impatient = await TestServer.start(settings);
    impatient.app.get(OutboundLimits).totalTimeout = 300;
    try {
      const { address, cookie } = await begin(impatient);
      expectProblem(await finish(oauth.consent(address), cookie, impatient), 'provider_timeout');
    } finally {
      await impatient.stop();
    }
  });

  it('says so when GitHub fails after it gave the token', async () => {
    const { address, cookie } = await begin();
    github.fail({ status: 401 });
    expectProblem(await finish(oauth.consent(address), cookie), 'provider_unauthorized');
  });

  it.each([
    ['no redirectUri', '/auth/github', 'invalid_request'],
    ['another field', `${start}&code=1`, 'invalid_request'],
    ['two redirectUris', `${start}&redirectUri=x`, 'invalid_request'],
    ['a foreign redirectUri', '/auth/github?redirectUri=https://evil.example', 'redirect_refused'],
    ['more than the allowed one', `${start}%2F`, 'redirect_refused'],
  ] as const)('does not begin with %s', async (_name, path, code) => {
    const answer = await server.get<Problem>(path);
    expectProblem(answer, code);
    expect(answer.headers.has('location')).toBe(false);
  });

  it.each<[string, string, object]>([
    ['nothing', '', {}],
    ['a code alone', '', { code: 'c' }],
    ['a state alone', '', { state: 's'.repeat(43) }],
    ['a code in the query', '?code=1', { code: 'c', state: 's' }],
    ['an error in the query', '?error=access_denied', { code: 'c', state: 's' }],
    ['a verifier without redirectUri', '', { code: 'c', codeVerifier: 'v'.repeat(43) }],
    ['a code that is no text', '', { code: { a: 1 }, state: 's' }],
  ])('does not end with %s', async (_name, query, body) => {
    const { status } = await server.post<Problem>(`/external-signup${query}`, body);
    expect(status).toBe(400);
    expect(oauth.tokenRequests.filter((sent) => sent.get('code') === 'c')).toEqual([]);
  });

  it('lets the app’s pages send the cookie on this route, and on no other', async () => {
    const preflight = (path: string) =>
      fetch(server.url + path, {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('/external-signup');
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    const other = await preflight('/pat');
    expect(other.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(other.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('gives the cookie to https and this very host alone in production', async () => {
    if (!(await isRedisReachable())) return;
    const production = { NODE_ENV: 'production', REDIS_URL: REDIS_TEST_URL };
    const shipped = await TestServer.start({ ...settings, ...production });
    try {
      const { headers, cookie, address } = await begin(shipped);
      expect(cookie).toMatch(/^__Host-git-recap-sign-in=/);
      expect(headers.get('set-cookie')).toContain('; Secure');
      expect((await finish(oauth.consent(address), cookie, shipped)).status).toBe(201);
    } finally {
      await shipped.stop();
    }
  });

  it('is switched off where there is no client id', async () => {
    const without = await TestServer.start({ OAUTH_REDIRECT_URIS: REDIRECT_URI });
    try {
      expectProblem(await without.get<Problem>(start), 'sign_in_disabled');
      expectProblem(await finish({ code: 'c', state: 's' }, '', without), 'sign_in_disabled');
    } finally {
      await without.stop();
    }
  });
});
