import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { SessionDto, SessionGrantDto } from '../src/auth/auth.dto.js';
import type { RepliesDto } from '../src/chat/replies/replies.dto.js';
import { eventually } from './support/eventually.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { ReceivedFrame, SocketClient } from './support/socket.client.js';

const folder = new RepositoryFolder()
  .add('one', [
    { subject: 'feat(api): add cursor paging' },
    {
      subject: 'fix(auth): rotate signing keys',
      author: 'Grace Hopper',
      email: 'grace@example.com',
    },
    { subject: 'docs: say how to deploy' },
  ])
  .add('other', [{ subject: 'feat: a secret of the other repository' }]);

afterAll(() => {
  folder.remove();
});

interface Document {
  readonly components: { readonly schemas: { readonly Usage: { readonly properties: object } } };
}

/** Asks and waits for the answer. */
const ask = async (
  socket: SocketClient,
  text: string,
  more: { replyId?: string } = {},
): Promise<{ end: ReceivedFrame; text: string; replyId?: string; titles: string[] }> => {
  const ref = `${text} ${String(socket.frames.length)}`.slice(0, 64);
  socket.send('chat', { text, ref, ...more });
  const { event, data } = await socket.waitFor((frame) => frame.data.ref === ref);
  if (event === 'error') throw new Error(data.problem?.code);
  const end = await socket.waitForEnd(data.replyId);
  const titles = socket.eventsOf(data.replyId).map(({ data: { action } }) => action?.title);
  return {
    end,
    text: socket.textOf(data.replyId),
    replyId: data.replyId,
    titles: titles.filter((title) => title !== undefined),
  };
};

const recap = async (socket: SocketClient): Promise<string | undefined> => {
  const ref = `recap ${String(socket.frames.length)}`;
  socket.send('recap', { ref });
  const { data } = await socket.waitFor((frame) => frame.data.ref === ref);
  await socket.waitForEnd(data.replyId);
  return data.replyId;
};

describe('a question without a language model', () => {
  let server: TestServer;
  let grant: SessionGrantDto;
  let socket: SocketClient;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    grant = await server.clone('one');
    socket = await server.connect(grant);
  });

  afterAll(async () => {
    await server.stop();
  });

  it('before any recap is refused under its ref', async () => {
    socket.send('chat', { text: 'What about keys?', ref: 'early' });
    const { event, data } = await socket.waitFor((frame) => frame.data.ref === 'early');
    expect(event).toBe('error');
    expect(data.problem).toMatchObject({ code: 'recap_required', status: 409 });
  });

  it('is answered with the actions that match, cited, and says that it is a search', async () => {
    await recap(socket);
    const keys = await ask(socket, 'Who rotated the signing keys?');
    expect(keys.titles).toEqual(['fix(auth): rotate signing keys']);
    expect(keys.text).toContain('without a language model');
    expect(keys.end.data.stopReason).toBe('end');
    const byPerson = await ask(socket, 'what did Grace do?');
    expect(byPerson.titles).toEqual(['fix(auth): rotate signing keys']);
    const nothing = await ask(socket, 'Did anybody mention elephants?');
    expect(nothing.titles).toEqual([]);
    expect(nothing.text).toMatch(/^Nothing in the 3 actions .* matches .*elephants/);
  });

  it('is about the recap it names, and about nobody else’s', async () => {
    const two = await server.connect(await server.clone('other'));
    const otherRecap = await recap(two);
    expect((await ask(two, 'secret')).titles).toEqual(['feat: a secret of the other repository']);
    expect((await ask(socket, 'secret')).titles).toEqual([]);
    await expect(ask(socket, 'secret', { replyId: otherRecap })).rejects.toThrow('reply_not_found');
  });

  it('stands in the conversation with its answer', async () => {
    const { body } = await server.get<RepliesDto>('/replies', { token: grant.accessToken });
    const [first, second] = body.replies;
    expect(first).toMatchObject({ kind: 'recap', status: 'done' });
    expect(second).toMatchObject({
      kind: 'chat',
      question: 'Who rotated the signing keys?',
      about: first?.replyId,
      status: 'done',
    });
  });
});

describe('a question to a language model', () => {
  let llm: LlmEmulator;
  let server: TestServer;

  beforeAll(async () => {
    llm = await startLlmEmulator(({ messages }, index) => ({
      steps: [{ text: `- Answer ${String(index)} of ${String(messages.length)}.\n`, cites: [0] }],
      inputTokens: 1_000,
      outputTokens: 100,
    }));
    server = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      REPLY_TOKENS_PER_DAY: '20000',
    });
  });

  afterAll(async () => {
    await server.stop();
    await llm.close();
    expect(llm.unexpected()).toEqual([]);
  });

  it('brings the recap and the earlier turns along, also after a reconnect', async () => {
    const grant = await server.clone('one');
    const socket = await server.connect(grant);
    await recap(socket);
    await ask(socket, 'And why?');
    socket.terminate();
    const again = await server.connect(grant);
    const { end } = await ask(again, 'Since when?');

    const [recapped, , last] = llm.requests.map(({ body }) => body);
    expect(last?.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    expect(last?.messages[1]?.content).toContain('- Answer 0 of 1.');
    expect(last?.messages[2]?.content).toBe('And why?');
    expect(last?.messages[3]?.content).toBe('- Answer 1 of 3.');
    expect(last?.messages[4]?.content).toMatch(/^Since when\?/);
    // The same beginning, so that the model's cache knows it.
    expect(last?.system).toBe(recapped?.system);
    expect(last?.messages[0]?.content[0]).toEqual(recapped?.messages[0]?.content[0]);
    expect(end.data).toMatchObject({ stopReason: 'end', usage: { inputTokens: 1_000 } });
  });

  it('tells how many earlier turns it was not given', async () => {
    const few = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    const socket = await few.connect(await few.clone('one'));
    await recap(socket);
    for (let turn = 0; turn < 20; turn += 1) await ask(socket, `Question ${String(turn)}`);
    expect((await ask(socket, 'All of them?')).end.data.omittedTurns).toBeUndefined();
    const { end } = await ask(socket, 'And now?');
    expect(end.data.omittedTurns).toBe(1);
    const asked = llm.requests.at(-1)?.body.messages.map(({ content }) => content);
    expect(asked).not.toContain('Question 0');
    expect(asked).toContain('Question 1');
    await few.stop();
  });

  it('is told what it took in the words of the document', async () => {
    const socket = await server.connect(await server.clone('one'));
    await recap(socket);
    const { end } = await ask(socket, 'What did it take?');
    const document = JSON.parse(await readFile('docs/openapi.json', 'utf8')) as Document;
    const { properties } = document.components.schemas.Usage;
    expect(end.data.usage).toMatchObject({ inputTokens: 1_000, outputTokens: 100 });
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(Object.keys(end.data.usage ?? {})),
    );
  });

  it('is charged what it took, and refused when the day’s tokens are used up', async () => {
    const grant = await server.clone('one');
    const token = grant.accessToken;
    const socket = await server.connect(grant);
    await recap(socket);
    const quota = async (): Promise<SessionDto['quota']> =>
      (await server.get<SessionDto>('/session', { token })).body.quota;
    // What a reply took is charged just after its last event.
    await eventually(async () => {
      expect(await quota()).toMatchObject({ limit: 20_000, used: 1_100 });
    });

    let refused = '';
    let answered = 0;
    while (refused === '' && answered < 30) {
      const { end } = await ask(socket, 'More?');
      if (end.event === 'error') refused = end.data.problem?.code ?? '';
      else answered += 1;
    }
    expect(refused).toBe('quota_exceeded');
    await eventually(async () => {
      expect((await quota())?.used).toBe(1_100 * (answered + 1));
    });
  });
});
