import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { SessionDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import { Drain } from '../src/ops/drain.js';
import { eventually } from './support/eventually.js';
import { goOnWith } from './support/llm.continuation.js';
import {
  type LlmEmulator,
  type LlmMessage,
  type LlmReply,
  startLlmEmulator,
} from './support/llm.emulator.js';
import type { MessagesRequest } from './support/llm.request.js';
import type { UsageDto } from '../src/chat/replies/replies.dto.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { ReceivedFrame, SocketClient } from './support/socket.client.js';

const INPUT = 1_000;
const WHOLE: LlmMessage = {
  steps: [{ text: '- Ada added paging.\n' }, { text: '- The cursor survives new entries.\n' }],
  inputTokens: INPUT,
  outputTokens: 100,
};
/** The first bullet and the beginning of the second, then nothing more. */
const HALF: LlmMessage = {
  ...WHOLE,
  steps: [{ text: '- Ada added paging.\n' }, { text: '- The cursor survives ' }],
  end: 'stall',
};
const refused = (status: number, type: string): LlmReply => ({ status, type });

describe('of a day’s tokens, a reply is charged what was counted', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: add paging' }]);
  let llm: LlmEmulator;
  let server: TestServer;
  let answer: (body: MessagesRequest) => LlmReply = () => WHOLE;

  const start = (): Promise<TestServer> =>
    TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      ANTHROPIC_IDLE_SECONDS: '60',
      REPLY_TOKENS_PER_DAY: '30000',
    });

  beforeAll(async () => {
    llm = await startLlmEmulator((body) => answer(body));
    server = await start();
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    folder.remove();
    expect(llm.unexpected()).toEqual([]);
  });

  const begin = async (at: TestServer): Promise<[SessionGrantDto, SocketClient, string]> => {
    const grant = await at.clone('one');
    const socket = await at.connect(grant);
    return [grant, socket, await recap(socket)];
  };
  const recap = async (socket: SocketClient): Promise<string> => {
    const ref = randomBytes(4).toString('hex');
    socket.send('recap', { bullets: 2, ref });
    return (await socket.waitFor(({ data }) => data.ref === ref)).data.replyId ?? '';
  };
  const usedBy = async ({ accessToken: token }: SessionGrantDto, at = server): Promise<number> =>
    (await at.get<SessionDto>('/session', { token })).body.quota?.used ?? -1;
  const settles = (grant: SessionGrantDto, tokens: number, at = server): Promise<void> =>
    eventually(async () => {
      expect(await usedBy(grant, at)).toBe(tokens);
    });
  const totalOf = ({ data: { usage } }: ReceivedFrame): number => {
    const { inputTokens = -1, outputTokens = -1 } = usage as UsageDto;
    return inputTokens + outputTokens;
  };
  const waitForHalf = (socket: SocketClient, replyId: string): Promise<unknown> =>
    eventually(() => {
      expect(socket.textOf(replyId)).toContain('- The cursor survives');
    });

  it.each([
    ['a key that is refused', refused(401, 'authentication_error')],
    ['no credit', refused(402, 'billing_error')],
    ['an overload', refused(529, 'overloaded_error')],
  ])('nothing for %s, again and again', async (_, reply) => {
    answer = () => reply;
    const [grant, socket, first] = await begin(server);
    await socket.waitForEnd(first);
    await settles(grant, 0);
    for (let again = 0; again < 1; again += 1) {
      const end = await socket.waitForEnd(await recap(socket));
      expect(end.data.problem?.code).toMatch(/^writer_/);
      await settles(grant, 0);
    }
  });

  it('what was read and written until it was cancelled, and told so', async () => {
    answer = () => HALF;
    const [grant, socket, replyId] = await begin(server);
    await waitForHalf(socket, replyId);
    expect(await usedBy(grant)).toBeGreaterThan(INPUT + 100);
    socket.send('cancel', { replyId });
    const end = await socket.waitForEnd(replyId);
    expect(end.data).toMatchObject({
      stopReason: 'cancelled',
      usage: { writer: 'anthropic', inputTokens: INPUT },
    });
    expect(totalOf(end)).toBeGreaterThan(INPUT);
    expect(totalOf(end)).toBeLessThan(INPUT + 100);
    expect(socket.textOf(replyId)).toMatch(/- The cursor survives …\n$/);
    await settles(grant, totalOf(end));
  });

  it('nothing when it was cancelled before the model answered', async () => {
    answer = () => ({ ...WHOLE, firstTokenDelay: 60_000 });
    const before = llm.requests.length;
    const [grant, socket, replyId] = await begin(server);
    await eventually(() => {
      expect(llm.requests.length).toBe(before + 1);
    });
    socket.send('cancel', { replyId });
    expect(totalOf(await socket.waitForEnd(replyId))).toBe(0);
    await settles(grant, 0);
  });

  it('each answer that broke off, when it fails in the end', async () => {
    const steps = HALF.steps;
    answer = (body) => goOnWith({ ...WHOLE, steps, end: 'cut' }, body);
    const [grant, socket, replyId] = await begin(server);
    const end = await socket.waitForEnd(replyId);
    expect(end.data.problem?.code).toBe('writer_failed');
    await eventually(async () => {
      const used = await usedBy(grant);
      expect(Math.floor(used / INPUT)).toBe(4);
    });
  });

  it('nothing of what readers are not to see', async () => {
    answer = () => WHOLE;
    const [, socket, replyId] = await begin(server);
    await socket.waitForEnd(replyId);
    for (const { data } of socket.eventsOf(replyId)) {
      expect(Object.keys(data)).not.toContain('spent');
    }
  });

  const onTwoPods = process.env.TEST_REDIS_URL ? it : it.skip;
  onTwoPods('what both took, when another pod goes on with it', async () => {
    answer = () => HALF;
    const first = await start();
    const second = await start();
    try {
      const [grant, socket, replyId] = await begin(first);
      await waitForHalf(socket, replyId);
      answer = (body) => goOnWith(WHOLE, body);
      await first.app.get(Drain).end(0.1);
      const reader = await second.connect(grant);
      reader.send('resume', { replyId, after: 0 });
      const end = await reader.waitForEnd(replyId);
      expect(end.data.usage).toMatchObject({ inputTokens: 2 * INPUT });
      expect(totalOf(end)).toBeGreaterThan(2 * INPUT + 100);
      await settles(grant, totalOf(end), second);
    } finally {
      await first.stop();
      await second.stop();
    }
  });
});
