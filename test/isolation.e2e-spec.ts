import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

describe('two sessions at once', () => {
  const folder = new RepositoryFolder()
    .add('hers', [{ subject: 'feat: her secret plan' }])
    .add('his', [{ subject: 'feat: his secret plan' }]);
  let server: TestServer;
  let hers: SessionGrantDto;
  let his: SessionGrantDto;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    [hers, his] = await Promise.all([server.clone('hers'), server.clone('his')]);
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  it.each(['/repos', '/actions', '/session'])(
    'never see each other in GET %s, asked side by side many times',
    async (path) => {
      const ask = async (grant: SessionGrantDto): Promise<string> =>
        JSON.stringify((await server.get(path, { token: grant.accessToken })).body);
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => ({ hers: await ask(hers), his: await ask(his) })),
      );
      for (const answer of answers) {
        // What stands before and after it is in no random id.
        expect(answer.hers).not.toMatch(/[/" ]his[/" ]/);
        expect(answer.his).not.toMatch(/[/" ]hers?[/" ]/);
        expect(answer.hers).not.toBe(answer.his);
      }
    },
  );

  it('never see, follow or cancel each other’s replies', async () => {
    const recap = await server.post<ReplyDto>('/recaps', {}, { token: hers.accessToken });
    expect(recap.body.text).toContain('her secret plan');
    const path = `/replies/${recap.body.replyId}`;
    const stream = { accept: 'text/event-stream' };
    for (const answer of [
      await server.get<Problem>(path, { token: his.accessToken }),
      await server.get<Problem>(path, { token: his.accessToken, headers: stream }),
      await server.delete<Problem>(path, { token: his.accessToken }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe('reply_not_found');
    }
    const list = await server.get<{ replies: unknown[] }>('/replies', { token: his.accessToken });
    expect(list.body.replies).toEqual([]);
  });

  it('never get each other’s progress or text on their sockets', async () => {
    const [herSocket, hisSocket] = await Promise.all([server.connect(hers), server.connect(his)]);
    herSocket.send('recap', { ref: 'a' });
    hisSocket.send('recap', { ref: 'b' });
    const { replyId } = (await herSocket.waitForEvent('accepted')).data;
    await Promise.all([herSocket.waitForEvent('done'), hisSocket.waitForEvent('done')]);
    hisSocket.send('resume', { replyId, after: 0 });
    hisSocket.send('cancel', { replyId });
    await hisSocket.waitFor(({ event, data }) => event === 'error' && data.replyId === replyId);
    expect(JSON.stringify(hisSocket.frames)).not.toContain('her secret');
    expect(JSON.stringify(herSocket.frames)).not.toContain('his secret');
    expect(hisSocket.eventsOf(replyId)).toEqual([]);
  });

  it('cannot ask for each other’s repositories', async () => {
    const answer = await server.get<Problem>('/actions?repo=git:local/hers', {
      token: his.accessToken,
    });
    expect(answer.body.code).toBe('repository_not_found');
    expect(JSON.stringify(answer.body)).not.toContain('plan');
  });
});
