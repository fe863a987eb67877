import type { SessionGrantDto } from '../../src/auth/auth.dto.js';

const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';
const LARGE = 300_000;

const head = (line: string, ...headers: string[]): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\n${headers.join('')}\r\n`;

const post = (path: string, body: string, ...headers: string[]): string =>
  head(`POST ${path}`, JSON_BODY, `Content-Length: ${body.length}\r\n`, ...headers) + body;

/** What clients write before their connection is reset: every kind of request there is. */
export function resetKinds(grant: SessionGrantDto): Readonly<Record<string, string | Buffer>> {
  const bearer = `Authorization: Bearer ${grant.accessToken}\r\n`;
  const socket = (...headers: string[]): string =>
    head(
      `GET /ws/${grant.sessionId}`,
      'Connection: Upgrade\r\nUpgrade: websocket\r\n',
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
      ...headers,
    );
  const live = head('GET /health/live');
  const slow = head('GET /actions', bearer);
  return {
    'a GET': live,
    'a HEAD': head('HEAD /'),
    'a POST': post('/pat', '{"provider":"github"}'),
    'half a body': head('POST /clone', JSON_BODY, 'Content-Length: 100\r\n') + '{"path":',
    'half a chunk': head('POST /clone', JSON_BODY, 'Transfer-Encoding: chunked\r\n') + '20\r\n{"p',
    'a body that nobody waits for': post('/clone', '{}', 'Expect: 100-continue\r\n'),
    'a body that is too large': post('/clone', 'x'.repeat(LARGE)),
    'a slow answer': slow,
    'a large answer': head('GET /docs/swagger-ui-bundle.js'),
    'an event stream': post('/recaps', '{}', bearer, 'Accept: text/event-stream\r\n'),
    'a GET with h2c': head('GET /health/live', H2C),
    'a HEAD with h2c': head('HEAD /health/live', H2C),
    'a POST with h2c': post('/pat', '{"provider":"github"}', H2C),
    'half a body with h2c': head('POST /clone', JSON_BODY, 'Content-Length: 100\r\n', H2C) + '{',
    'an unknown path with h2c': head('GET /nope', H2C),
    'a slow answer with h2c': head('GET /actions', bearer, H2C),
    'a large answer with h2c': head('GET /docs/swagger-ui-bundle.js', H2C),
    'h2c behind a slow answer': slow + head('GET /health/live', H2C),
    'a socket behind a slow answer': slow + socket(bearer),
    'a socket': socket(bearer),
    'a socket that asks': Buffer.concat([Buffer.from(socket(bearer)), frame('{"event":"recap"}')]),
    'a socket that is refused': socket(),
    'many requests at once': live.repeat(20),
    'a tunnel': 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n',
    'no HTTP': '\x16\x03\x01 hello\r\n\r\n',
  };
}

/** A text frame as clients send it, masked with zeros (RFC 6455, 5.2); for texts below 126 bytes. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
