import { describe, expect, it } from '@jest/globals';
import { apiUrlAt, isAddressOf, webHostOf } from './github.address.js';

describe('the address of a GitHub', () => {
  it.each([
    ['https://api.github.com', 'github.com'],
    ['https://api.octo.ghe.com/', 'octo.ghe.com'],
    ['https://git.example.org/api/v3', 'git.example.org'],
    ['https://api.example.org/api/v3', 'api.example.org'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
  ])('%s shows people %s', (apiUrl, host) => {
    expect(webHostOf(apiUrl)).toBe(host);
  });

  it.each([
    ['https://git.example.org', 'https://git.example.org/api/v3'],
    ['https://git.example.org:8443/api/v3/', 'https://git.example.org:8443/api/v3'],
    ['https://octo.ghe.com/', 'https://api.octo.ghe.com'],
    ['https://api.octo.ghe.com', 'https://api.octo.ghe.com'],
  ])('that people know as %s has its API at %s', (address, apiUrl) => {
    expect(apiUrlAt(new URL(address))).toBe(apiUrl);
  });

  it('is known by its web and its API form, and nothing else', () => {
    const apiUrl = 'https://api.github.com';
    for (const known of ['https://api.github.com/', 'https://github.com', 'https://GitHub.com/']) {
      expect(isAddressOf(apiUrl, known)).toBe(true);
    }
    for (const other of ['http://github.com', 'https://github.com.evil.test', 'github.com', '']) {
      expect(isAddressOf(apiUrl, other)).toBe(false);
    }
  });
});
