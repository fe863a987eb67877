import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Problem } from '../src/errors/problem.js';
import { askRaw } from './support/raw.handshake.js';
import { eventually } from './support/eventually.js';
import { type LoggedServer, type LogLine, startLoggedServer } from './support/logged.server.js';

const HANDSHAKE = [
  'Host: localhost',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
];

describe('a handshake', () => {
  let server: LoggedServer;
  let url: string;
  let lines: LogLine[];

  beforeAll(async () => {
    server = await startLoggedServer();
    ({ url, lines } = server);
  });

  afterAll(() => server.app.close());

  beforeEach(() => {
    lines.length = 0;
  });

  const headersOf = (answer: string): string => answer.split('\r\n\r\n', 1)[0] ?? '';
  const problemOf = (answer: string): Problem =>
    JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Problem;

  it.each([
    ['without a token', [], 401, 'unauthorized', ['handshake refused', 'refused']],
    [
      'with a bad ticket',
      ['Sec-WebSocket-Protocol: git-recap.v1, ticket.x'],
      401,
      'ticket_refused',
      ['handshake refused', 'refused'],
    ],
    [
      'of a foreign page',
      ['Origin: https://evil.example'],
      403,
      'foreign_origin',
      ['handshake refused', 'refused'],
    ],
  ])(
    'that is refused %s is found in the log, by the id that its client was told',
    async (_, headers, status, code, messages) => {
      const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
      const lead = ['GET /ws/abc HTTP/1.1', ...HANDSHAKE, ...upgrade, ...headers];
      const answer = await askRaw(url, lead);
      const { requestId, ...problem } = problemOf(answer);
      expect(problem).toMatchObject({ status, code });
      expect(requestId).toMatch(/^[\da-f-]{36}$/);
      expect(headersOf(answer)).toContain(`X-Request-Id: ${String(requestId)}`);
      expect(headersOf(answer)).toContain('Cache-Control: no-store');
      expect(headersOf(answer).includes('WWW-Authenticate: Bearer')).toBe(status === 401);
      const found = lines.filter((line) => line.requestId === requestId);
      expect(found.map(({ msg }) => msg)).toEqual(messages);
      expect(found[0]).toMatchObject({ status, code, client: '127.0.0.1' });
      expect(found[1]).toMatchObject({ audit: true, event: 'refusal', code });
    },
  );

  it('has its id in the log also where there is no socket, under the name that requests have theirs', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
    const answer = await askRaw(url, ['GET /nowhere HTTP/1.1', ...HANDSHAKE, ...upgrade]);
    expect(problemOf(answer).code).toBe('not_found');
    const { requestId } = problemOf(answer);
    expect(lines.map((line) => line.requestId)).toContain(requestId);

    const asked = await fetch(`${url}/session`);
    const told = asked.headers.get('x-request-id');
    await eventually(() => {
      const found = lines.filter((line) => line.requestId === told);
      expect(found.map(({ msg }) => msg).toSorted()).toEqual(['refused', 'request']);
    });
    expect(JSON.stringify(lines)).not.toContain('reqId');
    const broken = await askRaw(url, ['no http']);
    expect(lines.at(-1)?.requestId).toBe(problemOf(broken).requestId);
  });

  it('that lost its Upgrade header on the way is told so, and the operator once', async () => {
    const lead = ['GET /ws/abc HTTP/1.1', ...HANDSHAKE, 'Connection: close'];
    for (let times = 0; times < 3; times += 1) {
      const answer = await askRaw(url, lead);
      expect(answer).toMatch(/^HTTP\/1.1 426 Upgrade Required\r\n/);
      expect(headersOf(answer)).toMatch(/^upgrade: websocket$/im);
      expect(problemOf(answer)).toMatchObject({
        code: 'upgrade_required',
        hint: expect.stringMatching(/proxy.*Upgrade/),
      });
    }
    const warnings = lines.filter(({ msg }) => String(msg).includes('drops it'));
    expect(warnings).toHaveLength(1);
  });

  it('is asked for where somebody only looks, without a word in the log', async () => {
    const response = await fetch(`${url}/ws/abc`);
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(((await response.json()) as Problem).code).toBe('upgrade_required');
    expect(lines.filter(({ msg }) => String(msg).includes('drops it'))).toEqual([]);
  });
});
