import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { RepliesDto, ReplyDto } from '../src/chat/replies/replies.dto.js';
import type { Variables } from '../src/config/read-environment.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import { TickClock } from './support/tick.clock.js';

const STEADY = {
  steps: [{ text: `- ${'on and on '.repeat(60)}\n`, cites: [0] }],
  tokensPerSecond: 60,
};

// Two servers share something only where there is a Redis between them.
const withRedis = process.env.TEST_REDIS_URL ? describe : describe.skip;

withRedis('two pods and one Redis', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let llm: LlmEmulator;
  let variables: Variables;
  let first: TestServer;
  let second: TestServer;

  beforeAll(async () => {
    llm = await startLlmEmulator(() => STEADY);
    variables = {
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    };
    [first, second] = await Promise.all([TestServer.start(variables), TestServer.start(variables)]);
  });

  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await llm.close();
    folder.remove();
  });

  it('know the same session, and a reply written on one is read on both to the word', async () => {
    const grant = await first.clone('one');
    const [writing, reading] = await Promise.all([first.connect(grant), second.connect(grant)]);
    writing.send('recap');
    const { replyId } = (await writing.waitForEvent('accepted')).data;
    const { data } = await writing.waitForEvent('token');
    reading.send('resume', { replyId, after: data.seq });
    await Promise.all([writing.waitForEnd(replyId), reading.waitForEnd(replyId)]);
    const rest = writing.eventsOf(replyId).slice(data.seq);
    expect(rest.length).toBeGreaterThan(3);
    expect(reading.eventsOf(replyId)).toEqual(rest);
  });

  it('tell what a reply came to without its log, and without what is kept beside that', async () => {
    const redis = new Redis(process.env.TEST_REDIS_URL!);
    try {
      const grant = await first.clone('one');
      const { accessToken: token, sessionId } = grant;
      const writing = await first.connect(grant);
      writing.send('recap');
      const { replyId } = (await writing.waitForEvent('accepted')).data;
      await writing.waitForEnd(replyId);
      const view = async (pod: TestServer): Promise<ReplyDto> =>
        (await pod.get<ReplyDto>(`/replies/${String(replyId)}`, { token })).body;
      const whole = await view(first);
      expect(whole).toMatchObject({ status: 'done', text: writing.textOf(replyId) });

      const content = `git-recap:{${sessionId}}:value:content:${String(replyId)}`;
      const isKept = async () => expect(await redis.exists(content)).toBe(1);
      await eventually(isKept);
      const log = `git-recap:{${sessionId}}:log:log:${String(replyId)}`;
      await redis.rename(log, `${log}:aside`);
      expect(await view(second)).toEqual(whole);
      const list = await second.get<RepliesDto>('/replies', { token });
      expect(list.body.replies).toEqual([whole]);

      await redis.rename(`${log}:aside`, log);
      await redis.del(content);
      expect(await view(second)).toEqual(whole);
      await eventually(isKept);
    } finally {
      await redis.quit();
    }
  });

  it.each([
    ['is gone', 1, 0],
    ['has lost its tail', 0, -3],
  ])('do not write anew what has ended and whose log %s', async (_what, start, stop) => {
    const redis = new Redis(process.env.TEST_REDIS_URL!);
    const third = await TestServer.start(variables);
    try {
      const grant = await third.clone('one');
      const { accessToken: token, sessionId } = grant;
      const { body } = await third.post<ReplyDto>('/recaps', {}, { token });
      const { replyId } = body;
      await eventually(async () => {
        expect(await redis.exists(`git-recap:{${sessionId}}:value:content:${replyId}`)).toBe(1);
      });
      await third.stop();
      await redis.ltrim(`git-recap:{${sessionId}}:log:log:${replyId}`, start, stop);
      const asked = llm.requests.length;
      const reading = await second.connect(grant);
      reading.send('resume', { replyId, after: 0 });
      const { data } = await reading.waitForEvent('error');
      expect(data.problem?.code).toBe('reply_lost');
      expect((await second.get(`/replies/${replyId}`, { token })).body).toEqual(body);
      expect(llm.requests).toHaveLength(asked);
    } finally {
      await redis.quit();
    }
  });

  it('cancel each other’s replies', async () => {
    const grant = await first.clone('one');
    const writing = await first.connect(grant);
    writing.send('recap');
    const { replyId } = (await writing.waitForEvent('accepted')).data;
    await writing.waitForEvent('token');
    const request = llm.requests.at(-1);
    await second.delete(`/replies/${String(replyId)}`, { token: grant.accessToken });
    expect(await request?.ended).toBe('aborted');
    expect((await writing.waitForEnd(replyId)).data.stopReason).toBe('cancelled');
  });

  it('sign out together: sockets on the other close with 4401', async () => {
    const grant = await first.clone('one');
    const sockets = await Promise.all([first.connect(grant), second.connect(grant)]);
    await second.delete('/session', { token: grant.accessToken });
    const clock = new TickClock();
    const closed = await Promise.all(sockets.map((socket) => socket.closed));
    expect(clock.stop()).toBeLessThan(1_000);
    expect(closed.map(({ code }) => code)).toEqual([4401, 4401]);
    for (const pod of [first, second]) {
      expect((await pod.get('/session', { token: grant.accessToken })).status).toBe(401);
    }
  });
});
