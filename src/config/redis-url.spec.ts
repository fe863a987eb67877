import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRedisUrl } from './redis-url.js';

describe('REDIS_URL', () => {
  it.each([
    ['redis://redis', { form: 'single', tls: false, nodes: [{ host: 'redis', port: 6379 }] }],
    ['rediss://[::1]:7000/3', { tls: true, nodes: [{ host: '::1', port: 7000 }], database: 3 }],
    ['redis://:secret@redis/', { username: undefined, password: 'secret', database: 0 }],
    [
      'rediss+sentinel://one,two:7000/recaps/2?sentinelPassword=a%26b',
      {
        form: 'sentinel',
        tls: true,
        nodes: [
          { host: 'one', port: 26379 },
          { host: 'two', port: 7000 },
        ],
        primary: 'recaps',
        database: 2,
        sentinelPassword: 'a&b',
      },
    ],
    [
      'redis+cluster://user:secret@one:7000,two',
      {
        form: 'cluster',
        username: 'user',
        password: 'secret',
        nodes: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 6379 },
        ],
      },
    ],
  ])('is understood: %s', (text, expected) => {
    expect(readRedisUrl(text)).toMatchObject(expected);
  });

  it('gives every user and password back as they were', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (username, password) => {
        const credentials = [username, password].map(encodeURIComponent).join(':');
        expect(readRedisUrl(`redis://${credentials}@redis`)).toMatchObject({ username, password });
      }),
    );
  });

  it.each([
    'http://redis',
    'redis://',
    'redis://redis:99999',
    'redis://redis/one',
    'redis://one,two',
    'redis+sentinel://one',
    'redis+sentinel://one/name/1/2',
    'redis+cluster://one,,two',
    'redis+cluster://one/1',
    'redis+other://one',
    'redis://%zz@redis',
  ])('is refused: %s', (text) => {
    expect(() => readRedisUrl(text)).toThrow();
  });
});
