import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { RepliesDto, ReplyDto } from '../src/chat/replies/replies.dto.js';
import { readEventStream } from './support/event-stream.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';
import type { ReceivedFrame, SocketClient } from './support/socket.client.js';

const STREAM = { accept: 'text/event-stream' };

describe('a reply', () => {
  const folder = new RepositoryFolder().add(
    'one',
    ['feat(api): add paging', 'fix(api): keep the cursor', 'perf: read less', 'docs: say why'].map(
      (subject) => ({ subject }),
    ),
  );
  let server: TestServer;
  let grant: SessionGrantDto;
  let token: string;
  let socket: SocketClient;
  let replyId: string | undefined;
  let log: ReceivedFrame[];

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    grant = await server.clone('one');
    token = grant.accessToken;
    socket = await server.connect(grant);
    socket.send('recap', { bullets: 3, ref: 'first' });
    const accepted = await socket.waitForEvent('accepted');
    ({ replyId } = accepted.data);
    await socket.waitForEnd(replyId);
    log = socket.eventsOf(replyId);
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it('is accepted under its ref, numbered from 1 without gaps, and ends once', () => {
    expect(socket.frames[0]).toMatchObject({ event: 'accepted', data: { replyId, ref: 'first' } });
    expect(log.map(({ data }) => data.seq)).toEqual(log.map((_, index) => index + 1));
    const ends = log.filter(({ event }) => event === 'done' || event === 'error');
    expect(ends).toHaveLength(1);
    expect(log.at(-1)).toMatchObject({
      event: 'done',
      data: { stopReason: 'end', usage: { writer: 'extractive' }, uncited: [] },
    });
  });

  it('tells its progress, then at most as many bullets as asked, each with a citation behind it', () => {
    expect(log[0]).toMatchObject({ event: 'progress', data: { stage: 'repositories' } });
    const text = socket.textOf(replyId);
    expect(text).toContain('without a language model');
    const bullets = text.split('\n').filter((line) => line.startsWith('- '));
    expect(bullets.length).toBeGreaterThan(0);
    expect(bullets.length).toBeLessThanOrEqual(3);
    const cited = new Set(
      log.filter(({ event }) => event === 'citation').map(({ data }) => data.bullet),
    );
    expect([...cited].toSorted()).toEqual(bullets.map((_, index) => index + 1));
  });

  it('is resumed from any seq with exactly the rest, by socket and by event stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: log.length - 1 }), async (after) => {
        const rest = log.slice(after);
        const reader = await server.connect(grant);
        reader.send('resume', { replyId, after });
        await reader.waitForEnd(replyId);
        expect(reader.frames).toEqual(rest);
        reader.terminate();
        const stream = await server.get<string>(`/replies/${String(replyId)}`, {
          token,
          headers: { ...STREAM, 'last-event-id': String(after) },
        });
        const events = readEventStream(stream.body);
        expect(events.map(({ event, data }) => ({ event, data }))).toEqual(rest);
        expect(events.map(({ id }) => id)).toEqual(rest.map(({ data }) => String(data.seq)));
      }),
      { numRuns: 15 },
    );
  });

  it('has nothing more for a reader that has seen it all, and says so at once', async () => {
    const path = `/replies/${String(replyId)}`;
    for (const seen of [log.length, log.length + 5]) {
      const headers = { ...STREAM, 'last-event-id': String(seen) };
      expect((await server.get(path, { token, headers })).status).toBe(204);
    }
    const reader = await server.connect(grant);
    for (let index = 0; index < 20; index += 1) {
      reader.send('resume', { replyId, after: log.length });
    }
    reader.send('recap', { ref: 'next' });
    const accepted = await reader.waitFor(({ data }) => data.ref === 'next');
    expect(accepted.event).toBe('accepted');
    await reader.waitForEnd(accepted.data.replyId);
    expect(reader.eventsOf(replyId)).toEqual([]);
  });

  it('is one JSON document too', async () => {
    const { body } = await server.get<ReplyDto>(`/replies/${String(replyId)}`, { token });
    expect(body).toMatchObject({ replyId, status: 'done', stopReason: 'end', seq: log.length });
    expect(body.text).toBe(socket.textOf(replyId));
    expect(body.citations).toEqual(
      log
        .filter(({ event }) => event === 'citation')
        .map(({ data: { bullet, action } }) => ({ bullet, action })),
    );
  });

  it('is in the list of the session, in the order they began', async () => {
    const fresh = await server.clone('one');
    const recap = (): Promise<{ body: ReplyDto }> =>
      server.post<ReplyDto>('/recaps', {}, { token: fresh.accessToken });
    const ids = [(await recap()).body.replyId, (await recap()).body.replyId];
    const { body } = await server.get<RepliesDto>('/replies', { token: fresh.accessToken });
    expect(body.replies.map((reply) => reply.replyId)).toEqual(ids);
  });

  it('is written by POST /recaps as JSON, with its place in Location', async () => {
    const { status, headers, body } = await server.post<ReplyDto>(
      '/recaps',
      { bullets: 2 },
      { token },
    );
    expect(status).toBe(200);
    expect(headers.get('location')).toBe(`/replies/${body.replyId}`);
    expect(body.status).toBe('done');
    expect(body.text).toContain('- ');
  });

  it('is streamed by POST /recaps as the events of the socket', async () => {
    const answer = await server.post<string>('/recaps', {}, { token, headers: STREAM });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const [accepted, ...events] = readEventStream(answer.body);
    expect(accepted).toMatchObject({ event: 'accepted', id: undefined });
    expect(answer.headers.get('location')).toBe(`/replies/${String(accepted?.data.replyId)}`);
    expect(events.at(-1)?.event).toBe('done');
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => String(index + 1)));
  });

  it('is followed by several readers at once, each with all of it', async () => {
    const readers = await Promise.all([1, 2, 3].map(() => server.connect(grant)));
    const [writer] = readers;
    writer?.send('recap', { bullets: 1 });
    const begun = await writer?.waitForEvent('accepted');
    const id = begun?.data.replyId;
    for (const reader of readers.slice(1)) reader.send('resume', { replyId: id, after: 0 });
    await Promise.all(readers.map((reader) => reader.waitForEnd(id)));
    for (const reader of readers) expect(reader.eventsOf(id)).toEqual(writer?.eventsOf(id));
  });

  it('says that nothing happened when nothing happened', async () => {
    const { body } = await server.post<ReplyDto>(
      '/recaps',
      { since: '1999-01-01', until: '1999-12-31' },
      { token },
    );
    expect(body).toMatchObject({ status: 'done', citations: [] });
    expect(body.text).toMatch(/nothing/i);
  });

  it('does not say that nothing happened where not all could be read', async () => {
    const folder = new RepositoryFolder();
    for (const name of ['here', 'gone']) folder.add(name, [{ subject: 'feat: here' }]);
    const other = await TestServer.start({ GIT_ROOT: folder.path });
    try {
      const { accessToken } = await other.clone('here');
      await other.post('/clone', { path: 'gone' }, { token: accessToken });
      rmSync(join(folder.path, 'gone'), { recursive: true });
      const window = { since: '1999-01-01', until: '1999-12-31' };
      const { body } = await other.post<ReplyDto>('/recaps', window, { token: accessToken });
      expect(body).toMatchObject({ status: 'done', citations: [] });
      expect(body.text).not.toMatch(/nothing/i);
      expect(body.text).toContain('not everything could be read');
      const text = await other.get<string>('/actions?since=1999-01-01&until=1999-12-31', {
        token: accessToken,
        headers: { accept: 'text/plain' },
      });
      expect(text.body).not.toMatch(/nothing/i);
      expect(text.body).toContain('No actions were found in what could be read.');
    } finally {
      await other.stop();
      folder.remove();
    }
  });

  it('of a repository that has gone ends in an error that says so', async () => {
    const gone = new RepositoryFolder().add('soon-gone', [{ subject: 'feat: here' }]);
    const other = await TestServer.start({ GIT_ROOT: gone.path });
    try {
      const { accessToken } = await other.clone('soon-gone');
      gone.remove();
      const { body } = await other.post<ReplyDto>('/recaps', {}, { token: accessToken });
      expect(body.status).toBe('failed');
      expect((body.problem as Problem).code).toBe('repository_not_found');
    } finally {
      await other.stop();
    }
  });
});
