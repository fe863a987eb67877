import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Environment } from './environment.js';
import { readEnvironment } from './read-environment.js';

const SECRET = 's3cr3t-'.repeat(6);

describe('the environment', () => {
  it('has a default for everything in development', () => {
    const environment = readEnvironment({});
    expect(environment.PORT).toBe(3000);
    expect(environment.HOST).toBe('127.0.0.1');
    expect(environment.GIT_ROOT).toBe(process.cwd());
    expect(environment.GIT_HOSTS).toEqual(['*']);
    expect(environment.temporarySecret).toBe(true);
  });

  it('makes another secret for every run', () => {
    expect(readEnvironment({}).JWT_SECRET_KEY).not.toEqual(readEnvironment({}).JWT_SECRET_KEY);
  });

  it('opens nothing by itself in production', () => {
    const environment = readEnvironment({
      NODE_ENV: 'production',
      JWT_SECRET_KEY: SECRET,
      REDIS_URL: 'redis://redis:6379',
    });
    expect(environment.GIT_ROOT).toBeUndefined();
    expect(environment.GIT_HOSTS).toEqual([]);
    expect(environment.HOST).toBe('0.0.0.0');
  });

  it.each(['JWT_SECRET_KEY', 'REDIS_URL'])('refuses production without %s', (name) => {
    const complete = {
      NODE_ENV: 'production',
      JWT_SECRET_KEY: SECRET,
      REDIS_URL: 'redis://redis:6379',
    };
    expect(() => readEnvironment({ ...complete, [name]: '' })).toThrow(name);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['SESSION_IDLE_SECONDS', '0'],
    ['JWT_SECRET_KEY', `${SECRET},short-one`],
    ['REDIS_URL', 'http://redis.internal'],
    ['REDIS_URL', 'redis+sentinel://sentinel-1'],
    ['REDIS_URL', 'redis+cluster://node-1,node-2/5'],
    ['REDIS_URL', 'redis://node-1,node-2'],
    ['LOG_LEVEL', 'loud'],
    ['HTTPS_PROXY', 'ftp://user:secret@proxy'],
    ['TRUST_PROXY', 'everyone'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '99'],
    ['RATE_LIMIT_PER_MINUTE', '0.5'],
    ['ANTHROPIC_API_KEY', 'sk with a space'],
    ['PROVIDER_HOSTS', 'git.example.org/path'],
    ['PROVIDER_HOSTS', '*.example.org'],
    ['SIGN_IN_ALLOW', 'octo-org'],
    ['SIGN_IN_ALLOW', 'git:octo-org'],
    ['SESSIONS_PER_USER', '0'],
    ['GITHUB_CLIENT_ID', 'id with a space'],
    ['OAUTH_REDIRECT_URIS', 'recap/back'],
  ])('names %s when it is %s, and not its value', (name, value) => {
    const read = (): unknown => readEnvironment({ [name]: value });
    expect(read).toThrow(name);
    expect(read).not.toThrow(value);
  });

  it.each(['GITHUB_CLIENT_SECRET', 'OAUTH_REDIRECT_URIS'])(
    'wants %s where there is a GITHUB_CLIENT_ID',
    (name) => {
      const complete = {
        GITHUB_CLIENT_ID: 'id',
        GITHUB_CLIENT_SECRET: SECRET,
        OAUTH_REDIRECT_URIS: 'https://recap.example.com/back',
      };
      expect(readEnvironment(complete).GITHUB_CLIENT_ID).toBe('id');
      expect(() => readEnvironment({ ...complete, [name]: '' })).toThrow(name);
    },
  );

  it('wants both addresses of GitHub changed where one is', () => {
    const signIn = {
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: SECRET,
      OAUTH_REDIRECT_URIS: 'https://recap.example.com/back',
      GITHUB_URL: 'https://git.example.org',
    };
    expect(() => readEnvironment(signIn)).toThrow('GITHUB_API_URL');
    const complete = { ...signIn, GITHUB_API_URL: 'https://git.example.org/api/v3' };
    expect(readEnvironment(complete).GITHUB_URL).toBe(signIn.GITHUB_URL);
  });

  it('takes lists apart and empty variables as unset', () => {
    const environment = readEnvironment({
      CORS_ORIGINS: 'https://a.example, https://b.example,',
      PORT: '',
    });
    expect(environment.CORS_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
    expect(environment.PORT).toBe(3000);
  });

  it.each([
    ['off', false],
    ['2', 2],
    ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  ])('trusts proxies as TRUST_PROXY=%s says', (text, trusted) => {
    expect(readEnvironment({ TRUST_PROXY: text }).TRUST_PROXY).toEqual(trusted);
  });

  it('is documented: .env.example names every variable and no other', () => {
    const documented = readFileSync('.env.example', 'utf8').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm);
    const names = [...documented].map(([, name]) => name);
    const known = Object.keys(new Environment()).filter((name) => /^[A-Z]/.test(name));
    expect(names.toSorted()).toEqual(known.toSorted());
  });
});
