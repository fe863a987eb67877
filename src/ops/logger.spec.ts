import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { Environment } from '../config/environment.js';
import { createLogger, NestLogger } from './logger.js';

const SECRET = 'hunter2-hunter2-hunter2';
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

function logged(write: (logger: NestLogger) => void): Record<string, unknown> {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  write(new NestLogger(createLogger(new Environment(), destination)));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the log', () => {
  it.each<[string, unknown]>([
    ['a header', { req: { headers: { authorization: `Bearer ${SECRET}` } } }],
    ['a header in capitals', { headers: { Authorization: SECRET } }],
    ['a subprotocol', { headers: { 'sec-websocket-protocol': `bearer.${SECRET}` } }],
    [
      'a token deep inside',
      { session: { connections: [{ credential: { refreshToken: SECRET } }] } },
    ],
    [
      'a request on an error',
      Object.assign(new Error('no'), { request: { headers: { x: SECRET } } }),
    ],
    ['a header on a cause', new Error('no', { cause: { headers: { cookie: SECRET } } })],
    ['a token in a message', new Error(`cannot read https://api.example/?access_token=${SECRET}`)],
    ['a password in a URL', new Error(`cannot read https://me:${SECRET}@example.com/`)],
    ['a token in plain text', { text: `tried ${TOKEN} and ${JWT}` }],
  ])('does not hold the secret of %s', (_name, message) => {
    const line = JSON.stringify(logged((logger) => logger.error(message, 'Context')));
    for (const secret of [SECRET, TOKEN, JWT]) expect(line).not.toContain(secret);
    expect(line).toContain('Context');
  });

  it('keeps what an operator needs of an error', () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const { err, msg } = logged((logger) => logger.error(new Error('no Redis', { cause })));
    expect(msg).toBe('no Redis');
    expect(err).toMatchObject({
      type: 'Error',
      stack: expect.stringContaining('logger.spec'),
      cause: { message: 'connect refused', code: 'ECONNREFUSED' },
    });
  });

  it('keeps counts of tokens, and the text beside an object', () => {
    const line = logged((logger) => logger.warn({ inputTokens: 12 }, 'counted', 'Writer'));
    expect(line).toMatchObject({ inputTokens: 12, msg: 'counted', context: 'Writer' });
  });
});
