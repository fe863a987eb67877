import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseGitAddress } from './git.address.js';

describe('parseGitAddress', () => {
  it('brings an https URL into one form', () => {
    expect(parseGitAddress('HTTPS://GitHub.com:443/octocat/Hello.git/')).toEqual({
      url: 'https://github.com/octocat/Hello.git',
      host: 'github.com',
      hostname: 'github.com',
      port: 443,
      path: 'octocat/Hello',
    });
  });

  it.each([
    ['github.com/octocat/hello', 'https://github.com/octocat/hello'],
    ['git.corp.example:8443/team/app.git', 'https://git.corp.example:8443/team/app.git'],
    ['[2001:db8::1]:8443/app', 'https://[2001:db8::1]:8443/app'],
  ])('takes %s without its scheme', (text, url) => {
    expect(parseGitAddress(text)).toMatchObject({ url });
  });

  it.each([
    'github.com',
    'github.com/',
    'octocat/hello',
    'http://github.com/a/b',
    'ssh://git@github.com/a/b',
    'git@github.com:a/b',
    'file:///etc/passwd',
    'ext::sh -c id',
    '--upload-pack=id',
    'https://user@github.com/a/b',
    'https://user:token@github.com/a/b',
    'https://github.com/a/b?x',
    'https://github.com/a/b#x',
    'https://github.com/a/b?',
    'https://github.com/',
    'https://github.com',
    'https://github.com/.git',
    'https://github.com/a\nb',
    'https://github.com/a%0ab',
    'https://github.com/a%00b',
    'https://github.com\\@evil.example/a',
    ' https://github.com/a/b',
    `https://github.com/${'a'.repeat(2_048)}`,
    '',
  ])('refuses %j', (url) => {
    expect(() => parseGitAddress(url)).toThrow(expect.objectContaining({ code: 'clone_refused' }));
  });

  it('either refuses a text or gives an address that it takes again unchanged', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        let url: string;
        try {
          ({ url } = parseGitAddress(text));
        } catch (error) {
          expect(error).toMatchObject({ code: 'clone_refused' });
          return;
        }
        expect(parseGitAddress(url).url).toBe(url);
      }),
    );
  });
});
