import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { HostResolver } from './host.resolver.js';

/** An answer that there is no such name: https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1 */
const RESPONSE_NAME_ERROR = 0x8183;

describe('a name that is looked up', () => {
  let server: Socket;
  let address: string;
  let asked = 0;
  let isSilent = true;

  beforeAll(async () => {
    server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    address = `127.0.0.1:${server.address().port}`;
    server.on('message', (question, { port }) => {
      asked += 1;
      if (isSilent) return;
      const answer = Buffer.from(question);
      answer.writeUInt16BE(RESPONSE_NAME_ERROR, 2);
      server.send(answer, port, '127.0.0.1');
    });
  });

  afterAll(() => {
    server.close();
  });

  it('is given up where no server answers, however many are looked up', async () => {
    const resolver = new HostResolver([address]);
    const names = Array.from({ length: 20 }, (_, index) => `name-${index}.example.com`);
    const ended = await Promise.allSettled(names.map((name) => resolver.resolve(name)));
    for (const end of ended) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ETIMEOUT' } });
    }
    expect(asked).toBeGreaterThanOrEqual(names.length);
    // Nobody of these waits in the system's two places.
    await expect(resolver.resolve('localhost')).resolves.toContain('127.0.0.1');
  });

  it('is asked of the system when a server knows of no such name', async () => {
    isSilent = false;
    const code = { code: expect.not.stringMatching('ETIMEOUT') };
    await expect(new HostResolver([address]).resolve('name.invalid')).rejects.toMatchObject({
      ...code,
      syscall: 'getaddrinfo',
    });
  });

  it('is remembered for a while', async () => {
    const resolver = new HostResolver([address]);
    const found = await resolver.resolve('localhost');
    expect(await resolver.resolve('localhost')).toBe(found);
  });
});
