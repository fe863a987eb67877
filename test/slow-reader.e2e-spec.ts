import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const LONG = { steps: [{ text: [`- ${'long '.repeat(30_000)}\n`], cites: [0] }] };
const SLOW = {
  steps: [{ text: `- ${'slow '.repeat(1_000)}\n`, cites: [0] }],
  tokensPerSecond: 100,
};
const MEBIBYTE = 1024 * 1024;

describe('a reader that is too slow', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  const connections = new Set<Socket>();
  let llm: LlmEmulator;
  let server: TestServer;

  beforeAll(async () => {
    llm = await startLlmEmulator((_body, index) => (index === 0 ? LONG : SLOW));
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    const http = server.app.getHttpServer();
    http.on('connection', (connection) => connections.add(connection));
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    folder.remove();
  });

  it('costs a bounded buffer and ends in 1013, while the reply goes on to its end', async () => {
    const grant = await server.clone('one');
    const token = grant.accessToken;
    const long = await server.post<ReplyDto>('/recaps', {}, { token });
    expect(long.body.text.length).toBeGreaterThan(100_000);

    const socket = await server.connect(grant);
    socket.send('recap');
    const { replyId } = (await socket.waitForEvent('accepted')).data;
    await socket.waitForEvent('token');

    socket.pause();
    let most = 0;
    const sampler = setInterval(() => {
      for (const { writableLength } of connections) most = Math.max(most, writableLength);
    }, 5);
    // Every resume sends the long reply once more, far beyond what the kernel keeps for a socket.
    const pump = setInterval(() => {
      socket.send('resume', { replyId: long.body.replyId, after: 0 });
    }, 20);
    await eventually(() => {
      expect(most).toBeGreaterThan(0);
    }, 10_000);
    setTimeout(() => {
      clearInterval(pump);
      socket.unpause();
    }, 8_000);
    expect((await socket.closed).code).toBe(1013);
    clearInterval(sampler);
    expect(most).toBeLessThan(4 * MEBIBYTE);

    const reader = await server.connect(grant);
    reader.send('resume', { replyId, after: 0 });
    const end = await reader.waitForEnd(replyId);
    expect(end).toMatchObject({ event: 'done', data: { stopReason: 'end' } });
    expect(reader.textOf(replyId)).toContain('slow slow slow');
  }, 60_000);
});
