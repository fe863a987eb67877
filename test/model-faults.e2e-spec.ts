import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { goOnWith } from './support/llm.continuation.js';
import {
  type LlmEmulator,
  type LlmMessage,
  type LlmReply,
  startLlmEmulator,
} from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const BULLETS = '- Ada added paging to the interface.\n- The cursor survives new entries.\n';
const WHOLE: LlmMessage = {
  steps: BULLETS.split(/(?<=\n)/).map((text, index) => ({ text, cites: [index] })),
};
/** The first bullet and the beginning of the second. */
const HALF: LlmMessage = {
  steps: [WHOLE.steps[0] ?? { ping: true }, { text: '- The cursor survives ' }],
};
const SILENT: LlmMessage = { steps: [] };
const failure = (status: number, type: string, retryAfter?: string): LlmReply => ({
  status,
  type,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
});

/** What the model does at first, before it works again. */
const PASSING: Readonly<Record<string, readonly LlmReply[]>> = {
  'is overloaded (529)': [failure(529, 'overloaded_error')],
  'fails inside (500, 502)': [failure(500, 'api_error'), failure(502, 'api_error')],
  'has had too many requests (429, Retry-After)': [failure(429, 'rate_limit_error', '1')],
  'breaks off before the first word': [{ ...SILENT, end: 'cut' }],
  'falls silent before the first word': [{ ...SILENT, end: 'stall' }],
  'breaks off in the middle': [{ ...HALF, end: 'cut' }],
  'falls silent in the middle': [{ ...HALF, end: 'stall' }],
  'is overloaded in the middle': [{ ...HALF, end: { error: 'overloaded_error' } }],
  'sends what is no JSON in the middle': [{ ...HALF, end: 'garbled' }],
  'breaks off twice, and is overloaded': [
    { ...HALF, end: 'cut' },
    failure(529, 'overloaded_error'),
    { ...SILENT, end: 'cut' },
  ],
};

/** What the model does whenever it is asked, and the code of the one error that comes of it. */
const LASTING: Readonly<Record<string, readonly [reply: LlmReply, code: string, text: string]>> = {
  'refuses the key (401)': [failure(401, 'authentication_error'), 'writer_key_refused', ''],
  'is not there (404)': [failure(404, 'not_found_error'), 'writer_model_not_found', ''],
  'refuses the request (400)': [failure(400, 'invalid_request_error'), 'writer_failed', ''],
  'wants a minute (429)': [failure(429, 'rate_limit_error', '60'), 'writer_failed', ''],
  'stays overloaded (529)': [failure(529, 'overloaded_error'), 'writer_failed', ''],
  'says nothing that is a bullet': [{ steps: [{ text: 'No.' }] }, 'writer_failed', ''],
  'breaks off at the same word again and again': [
    { ...HALF, end: 'cut' },
    'writer_failed',
    '- Ada added paging to the interface.\n- The cursor survives ',
  ],
  'has no credit left (402)': [failure(402, 'billing_error'), 'writer_no_credit', ''],
  'may not be used (403)': [failure(403, 'permission_error'), 'writer_forbidden', ''],
  'can read no more (413)': [failure(413, 'request_too_large'), 'writer_input_too_long', ''],
  'refuses in silence': [{ ...SILENT, stopReason: 'refusal' }, 'writer_refused', ''],
  'only thinks': [{ ...SILENT, stopReason: 'max_tokens' }, 'writer_max_tokens_low', ''],
  'stops for a tool nobody gave it': [
    { ...HALF, stopReason: 'tool_use' },
    'writer_stopped',
    '- Ada added paging to the interface.\n- The cursor survives …\n',
  ],
};

describe('a reply whose model', () => {
  const folder = new RepositoryFolder().add('one', [
    { subject: 'feat: add paging' },
    { subject: 'fix: keep the cursor' },
  ]);
  let llm: LlmEmulator;
  let server: TestServer;
  let grant: SessionGrantDto;
  let script: readonly LlmReply[] = [];

  beforeAll(async () => {
    llm = await startLlmEmulator((body) => {
      const [next = WHOLE, ...later] = script;
      script = later;
      // What breaks off again begins where it broke off, as a model does that is shown that.
      return 'status' in next || next.steps.length === 0 ? next : goOnWith(next, body);
    });
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      ANTHROPIC_IDLE_SECONDS: '1',
    });
    grant = await server.clone('one');
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    folder.remove();
    expect(llm.unexpected()).toEqual([]);
  });

  /** What the reader of one reply is sent, and that the log tells the same. */
  const readReply = async (): Promise<{ text: string; code?: string; uncited: unknown }> => {
    const socket = await server.connect(grant);
    socket.send('recap', { bullets: 2 });
    const { replyId } = (await socket.waitForEvent('accepted')).data;
    const end = await socket.waitForEnd(replyId);
    const frames = socket.eventsOf(replyId);
    expect(frames.map(({ data }) => data.seq)).toEqual(frames.map((_, index) => index + 1));
    expect(frames.filter(({ event }) => event === 'done' || event === 'error')).toEqual([end]);
    const { body } = await server.get<ReplyDto>(`/replies/${String(replyId)}`, {
      token: grant.accessToken,
    });
    const text = socket.textOf(replyId);
    expect(body).toMatchObject({ text, status: end.event === 'done' ? 'done' : 'failed' });
    expect(body.problem).toEqual(end.data.problem);
    socket.terminate();
    return {
      text: text.replace(/^[^]*?(?=- |$)/, ''),
      code: body.problem?.code,
      uncited: body.uncited,
    };
  };

  it.each(Object.entries(PASSING))('%s is written to its end all the same', async (_, replies) => {
    script = replies;
    expect(await readReply()).toEqual({ text: BULLETS, code: undefined, uncited: [] });
    expect(script).toEqual([]);
  });

  it.each(Object.entries(LASTING))('%s ends in one error', async (_, [reply, code, text]) => {
    script = Array.from({ length: 20 }, () => reply);
    expect(await readReply()).toEqual({ text, code, uncited: [] });
    script = [];
  });

  it('never comes to an end is cut off, and so is its log', async () => {
    const words = Array.from({ length: 600 }, () => 'and so on '.repeat(50));
    script = [{ steps: [{ text: ['- ', ...words] }], end: 'stall' }];
    const asked = llm.requests.length;
    const { text, code } = await readReply();
    expect(code).toBe('writer_failed');
    expect(text.length).toBeGreaterThan(190_000);
    expect(text.length).toBeLessThanOrEqual(200_000);
    expect(await llm.requests.at(-1)?.ended).toBe('aborted');
    expect(llm.requests).toHaveLength(asked + 1);
  });

  it('runs out of tokens says so, and keeps what there is', async () => {
    script = [{ ...HALF, stopReason: 'max_tokens' }];
    const { text, code } = await readReply();
    expect(text).toBe('- Ada added paging to the interface.\n- The cursor survives …\n');
    expect(code).toBeUndefined();
  });
});
