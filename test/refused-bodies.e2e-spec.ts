import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Drain } from '../src/ops/drain.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const MEGABYTE = 1_000_000;
const PIECE = 'x'.repeat(16_384);
const HOST = 'Host: localhost\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
const length = (bytes: number): string => `Content-Length: ${String(bytes)}\r\n`;

interface Heard {
  readonly answers: readonly string[];
  readonly text: string;
  /** How the server hung up. */
  readonly end: 'in order' | 'by reset';
}

/** As proxies do that send a request to its end before they read. */
describe('a client that writes all of a body which is refused', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const open = (): Socket => connect(Number(new URL(server.url).port), '127.0.0.1');

  /** Writes the head, then so many bytes with pauses in between, and reads only then. */
  const speak = async (head: string, bytes: number): Promise<Heard> => {
    const chunked = head.includes('chunked');
    const socket = open();
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const drained = (): Promise<unknown> => new Promise((resolve) => socket.once('drain', resolve));
    socket.write(head);
    // The answer is out by then.
    await pause(100);
    for (let sent = 0; sent < bytes && errors.length === 0; sent += PIECE.length) {
      const piece = PIECE.slice(0, bytes - sent);
      const framed = chunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece;
      if (!socket.write(framed)) await Promise.race([drained(), closed]);
      else await pause(0);
    }
    if (chunked) socket.write('0\r\n\r\n');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    await closed;
    const answers = text.match(/HTTP\/1\.1 (?!100)\d+/g) ?? [];
    return { answers, text, end: errors.length > 0 ? 'by reset' : 'in order' };
  };

  const post = (path: string, ...headers: string[]): string =>
    `POST ${path} HTTP/1.1\r\n${HOST}${headers.join('')}\r\n`;

  it.each<[string, string, number, string]>([
    ['too large', post('/clone', JSON_TYPE, length(MEGABYTE)), 413, 'body_too_large'],
    [
      'too large, in chunks',
      post('/clone', JSON_TYPE, 'Transfer-Encoding: chunked\r\n'),
      413,
      'body_too_large',
    ],
    [
      'too large, and asked to be expected',
      post('/clone', JSON_TYPE, length(MEGABYTE), 'Expect: 100-continue\r\n'),
      413,
      'body_too_large',
    ],
    [
      'too large, with h2c',
      post('/clone', JSON_TYPE, length(MEGABYTE), H2C),
      413,
      'body_too_large',
    ],
    ['no JSON', post('/clone', 'Content-Type: text/plain\r\n', length(MEGABYTE)), 415, ''],
    ['for nobody', post('/nowhere', JSON_TYPE, length(MEGABYTE)), 413, ''],
    ['of no media type for nobody', post('/nowhere', length(MEGABYTE)), 404, ''],
    ['without a session', post('/recaps', JSON_TYPE, length(MEGABYTE)), 413, ''],
    ['for a route without bodies', post('/session', JSON_TYPE, length(MEGABYTE)), 413, ''],
    ['at a URL that is none', post('/%zz', JSON_TYPE, length(MEGABYTE)), 400, 'invalid_request'],
    [
      'for a foreign host',
      `POST /clone HTTP/1.1\r\nHost: evil.example\r\n${JSON_TYPE}${length(MEGABYTE)}\r\n`,
      403,
      'foreign_host',
    ],
  ])('is answered, and hung up on in order: %s', async (...[, head, status, code]) => {
    const { answers, text, end } = await speak(head, MEGABYTE);
    expect({ answers, end }).toEqual({ answers: [`HTTP/1.1 ${status}`], end: 'in order' });
    expect(text).toContain(`"status":${status}`);
    expect(text).toContain(code);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
  });

  it('is not read for ever', async () => {
    const bytes = 40 * MEGABYTE;
    const { end } = await speak(post('/clone', JSON_TYPE, length(bytes)), bytes);
    expect(end).toBe('by reset');
    expect((await server.get('/health/live')).status).toBe(200);
  });

  it('is hung up on when it falls silent', async () => {
    const { answers, end } = await speak(post('/clone', JSON_TYPE, length(MEGABYTE)), 10_000);
    expect({ answers, end }).toEqual({ answers: ['HTTP/1.1 413'], end: 'in order' });
  });

  it('is answered nothing more on a connection that was said to end', async () => {
    const body = PIECE.repeat(5);
    const head = post('/clone', JSON_TYPE, length(body.length));
    const socket = open().on('error', () => undefined);
    const closed = once(socket, 'close');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.write(head);
    await pause(100);
    socket.write(`${body}GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
    await closed;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413']);
  });

  it('keeps its connection when the body has come to its end', async () => {
    const once = `{"path":"nothing here"}`;
    const request = `${post('/clone', JSON_TYPE, length(once.length))}${once}`;
    const last = `GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
    const { answers } = await speak(`${request}${last}`, 0);
    expect(answers).toEqual(['HTTP/1.1 404', 'HTTP/1.1 200']);
  });

  it('is answered in order while the server drains', async () => {
    const usual = server;
    server = await TestServer.start();
    let ended: Promise<void> | undefined;
    server.app.getHttpServer().once('request', () => {
      ended = server.app.get(Drain).end(20);
    });
    const { answers, end } = await speak(post('/recaps', JSON_TYPE, length(MEGABYTE)), MEGABYTE);
    await ended;
    await server.stop();
    server = usual;
    expect({ answers, end }).toEqual({ answers: ['HTTP/1.1 413'], end: 'in order' });
  });
});
