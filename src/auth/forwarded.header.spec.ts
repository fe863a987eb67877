import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { readForwardedAddresses } from './forwarded.header.js';

function read(header: string): string | undefined {
  const server = new EventEmitter();
  readForwardedAddresses(server as unknown as Server);
  const request = { headers: { 'x-forwarded-for': header } };
  server.emit('request', request);
  return request.headers['x-forwarded-for'];
}

describe('X-Forwarded-For', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::7]:4711, 10.0.0.1:80', '2001:db8::7, 10.0.0.1'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['unknown', 'unknown'],
    [`${'x'.repeat(300)}, 10.0.0.1`, 'unknown, 10.0.0.1'],
    ['203.0.113.999:1', 'unknown'],
    ['', 'unknown'],
  ])('%s is read as %s, each in its place', (header, expected) => {
    expect(read(header)).toBe(expected);
  });
});
