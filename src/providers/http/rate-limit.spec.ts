import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRateLimited, retryTimeOf } from './rate-limit.js';

const NOW = Date.parse('2025-06-30T12:00:00Z');
const SECONDS = NOW / 1_000;

describe('a rate limit', () => {
  const waitOf = (headers: Record<string, string>): number =>
    (retryTimeOf(new Headers(headers), NOW).getTime() - NOW) / 1_000;

  it('is waited for by Retry-After, in seconds or as a date', () => {
    expect(waitOf({ 'retry-after': '7' })).toBe(7);
    expect(waitOf({ 'retry-after': 'Mon, 30 Jun 2025 12:00:09 GMT' })).toBe(9);
  });

  it('is waited for by Retry-After before its reset', () => {
    const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(SECONDS + 90) };
    expect(waitOf({ ...reset, 'retry-after': '7' })).toBe(7);
    expect(waitOf(reset)).toBe(90);
  });

  it('is waited for by the names GitLab has for it', () => {
    expect(waitOf({ 'ratelimit-remaining': '0', 'ratelimit-reset': String(SECONDS + 5) })).toBe(5);
  });

  it('is waited for a minute when nothing sensible is said, and never ends in the past', () => {
    expect(waitOf({})).toBe(60);
    expect(waitOf({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' })).toBe(60);
    expect(waitOf({ 'retry-after': 'soon' })).toBe(60);
    fc.assert(
      fc.property(fc.dictionary(header, fc.oneof(fc.nat().map(String), text)), (headers) => {
        expect(waitOf(headers)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is not what a 403 for want of permission says', () => {
    const answer = { status: 403, body: new Uint8Array() };
    expect(isRateLimited({ ...answer, headers: new Headers() })).toBe(false);
    const left = new Headers({ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' });
    expect(isRateLimited({ ...answer, headers: left })).toBe(false);
  });
});

const header = fc.constantFrom('retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset');
const text = fc.stringMatching(/^[\x21-\x7e]{0,20}$/);
