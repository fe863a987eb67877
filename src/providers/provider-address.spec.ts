import { describe, expect, it } from '@jest/globals';
import { knownAddress } from './provider-address.js';

const CONFIGURED = 'https://gitlab.com';
const known = (address: string, ...hosts: string[]): string =>
  knownAddress('GitLab', address, CONFIGURED, hosts).origin;

describe('the address of a provider', () => {
  it('is the configured one, or of a host that the operator named, private or not', () => {
    expect(known('https://gitlab.com/')).toBe(CONFIGURED);
    expect(known('https://git.example.org/a', 'git.example.org')).toBe('https://git.example.org');
    expect(known('https://git.example.org:8443', 'GIT.example.org:8443')).toContain(':8443');
    expect(known('https://10.0.0.7', '10.0.0.7')).toBe('https://10.0.0.7');
    expect(known('https://[::1]:8443', '[::1]:8443')).toBe('https://[::1]:8443');
    expect(known('http://git.internal', 'http://git.internal')).toBe('http://git.internal');
  });

  it('is that of any public host where the operator allows all of them', () => {
    expect(known('https://git.example.org', '*')).toBe('https://git.example.org');
    expect(known('https://8.8.8.8', '*')).toBe('https://8.8.8.8');
  });

  it.each([
    ['https://git.example.org', []],
    ['https://git.example.org:8443', ['git.example.org']],
    ['https://git.example.org', ['git.example.org:8443']],
    ['http://git.example.org', ['git.example.org']],
    ['https://evil.git.example.org', ['git.example.org']],
    ['https://git.example.org.evil.test', ['git.example.org']],
    ['https://me:secret@git.example.org', ['git.example.org']],
    ['https://git.example.org/?a', ['git.example.org']],
    ['http://git.example.org', ['*']],
    ['https://127.0.0.1', ['*']],
    ['https://2130706433', ['*']],
    ['https://[::ffff:127.0.0.1]', ['*']],
    ['https://169.254.169.254', ['*']],
    ['https://10.0.0.1', ['*']],
    ['file:///etc/passwd', ['*']],
    ['git.example.org', ['*', 'git.example.org']],
    ['', ['*']],
  ])('is not %j where the operator named %j', (address, hosts) => {
    expect(() => known(address, ...hosts)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
