import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

/** What Java's HttpClient and curl --http2 send with the first request of a connection without TLS. */
const OFFER =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';
const HOST = 'Host: localhost\r\n';

describe('a request that offers another upgrade', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  /** Writes all, reads all that comes until the server hangs up. */
  const speak = async (...texts: string[]): Promise<string> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const text of texts) socket.write(text);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    return Buffer.concat(chunks).toString('latin1');
  };
  const last = `GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
  const answersIn = (text: string): string[] => text.match(/HTTP\/1\.1 \d+/g) ?? [];

  it.each([
    ['GET', `GET /health/live HTTP/1.1\r\n${HOST}${OFFER}\r\n`, 200, '"status":"ok"'],
    ['HEAD', `HEAD /health/live HTTP/1.1\r\n${HOST}${OFFER}\r\n`, 200, 'content-type'],
    ['DELETE', `DELETE /session HTTP/1.1\r\n${HOST}${OFFER}\r\n`, 401, '"unauthorized"'],
    [
      'POST with a body',
      `POST /clone HTTP/1.1\r\n${HOST}${OFFER}Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{"path":"one"}`,
      201,
      '"accessToken"',
    ],
    [
      'POST with a body in chunks',
      `POST /clone HTTP/1.1\r\n${HOST}${OFFER}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"path"\r\n7\r\n:"one"}\r\n0\r\n\r\n`,
      201,
      '"accessToken"',
    ],
    ['an unknown path', `GET /nope HTTP/1.1\r\n${HOST}${OFFER}\r\n`, 404, '"not_found"'],
  ])('is served as if it had not: %s', async (_name, text, status, content) => {
    const answer = await speak(text, last);
    expect(answersIn(answer)).toEqual([`HTTP/1.1 ${String(status)}`, 'HTTP/1.1 200']);
    expect(answer).toContain(content);
  });

  it('keeps what else its headers say', async () => {
    const answer = await speak(
      `GET /nope HTTP/1.1\r\n${HOST}${OFFER.replace('Upgrade,', 'close, Upgrade,')}Origin: ${server.url}\r\n\r\n`,
    );
    expect(answer).toContain('"not_found"');
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });

  it('is sent an answer that its connection takes in pieces to the end', async () => {
    const path = '/docs/swagger-ui-bundle.js';
    const length = (await server.get<string>(path)).body.length;
    expect(length).toBeGreaterThan(1_000_000);
    const answer = await speak(`GET ${path} HTTP/1.1\r\n${HOST}${OFFER}\r\n`, last);
    expect(answersIn(answer)).toHaveLength(2);
    expect(answer.length).toBeGreaterThan(length);
  });

  it('waits for the answers to what was asked before it on its connection', async () => {
    const { accessToken } = await server.clone('one');
    const slow = `GET /actions HTTP/1.1\r\n${HOST}Authorization: Bearer ${accessToken}\r\n\r\n`;
    const answer = await speak(slow, slow, `GET /nope HTTP/1.1\r\n${HOST}${OFFER}\r\n`, last);
    expect(answersIn(answer)).toEqual([200, 200, 404, 200].map((status) => `HTTP/1.1 ${status}`));
  });

  it('may be a handshake behind another request', async () => {
    const { accessToken, sessionId } = await server.clone('one');
    const slow = `GET /actions HTTP/1.1\r\n${HOST}Authorization: Bearer ${accessToken}\r\n\r\n`;
    const refused = `GET /ws/${sessionId} HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const answer = await speak(slow, refused);
    expect(answersIn(answer)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  });
});
