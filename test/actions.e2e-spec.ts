import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ActionsDto } from '../src/recap/actions.dto.js';
import type { ReposDto } from '../src/recap/repos.dto.js';
import { RepositoryFolder } from './support/repository.js';
import { TestServer } from './support/server.js';

const ZURICH = 'Europe/Zurich';

describe('actions and repositories', () => {
  const folder = new RepositoryFolder()
    .add('api', [
      { subject: 'feat(api): first', date: '2025-05-10T12:00:00+02:00' },
      // Before midnight in UTC, after it in Zurich.
      {
        subject: 'fix(api): late',
        date: '2025-05-11T22:30:00+00:00',
        author: 'Grace Hopper',
        email: 'grace@example.com',
      },
      { subject: 'docs: later', date: '2025-05-12T09:00:00+02:00' },
      {
        subject: 'chore(deps): bump x',
        date: '2025-05-12T10:00:00+02:00',
        author: 'renovate[bot]',
        email: '29139614+renovate[bot]@users.noreply.github.com',
      },
    ])
    .add('web', [{ subject: 'feat(web): page', date: '2025-05-12T09:00:00+02:00' }])
    .add('empty', []);
  let server: TestServer;
  let token: string;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
    ({ accessToken: token } = await server.clone('api'));
    for (const path of ['web', 'empty']) await server.post('/clone', { path }, { token });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const titles = async (query: string, as = token): Promise<string[]> => {
    const { status, body } = await server.get<ActionsDto>(`/actions?${query}`, { token: as });
    expect(status).toBe(200);
    return body.actions.map(({ title }) => title);
  };

  it('lists the repositories of all connections in pages, and finds by name', async () => {
    const all = await server.get<ReposDto>('/repos', { token });
    expect(all.body.total).toBe(3);
    expect(all.body.coverage.connections.map(({ status }) => status)).toEqual(
      Array(3).fill('complete'),
    );
    const pages = await Promise.all(
      [1, 2, 3].map((page) =>
        server.get<ReposDto>(`/repos?perPage=1&page=${String(page)}`, { token }),
      ),
    );
    expect(pages.flatMap(({ body }) => body.repositories)).toEqual(all.body.repositories);
    const found = await server.get<ReposDto>('/repos?search=WE', { token });
    expect(found.body.repositories.map(({ name }) => name)).toEqual(['web']);
    const elsewhere = await server.get<ReposDto>('/repos?provider=github', { token });
    expect(elsewhere.body.total).toBe(0);
  });

  it('counts calendar dates in the time zone, the last day included', async () => {
    const day = `since=2025-05-12&until=2025-05-12&timeZone=${ZURICH}`;
    expect((await titles(day)).toSorted()).toEqual([
      'docs: later',
      'feat(web): page',
      'fix(api): late',
    ]);
    expect((await titles('since=2025-05-12&until=2025-05-12')).toSorted()).toEqual([
      'docs: later',
      'feat(web): page',
    ]);
  });

  it('has each commit in one calendar day where clocks change at midnight', async () => {
    // On 25 April 2025 Cairo has no midnight, on 2 November 2025 Havana has two.
    folder.add('clocks', [
      { subject: 'Friday night in Cairo', date: '2025-04-26T00:30:00+03:00' },
      { subject: 'first half past midnight in Havana', date: '2025-11-02T00:30:00-04:00' },
    ]);
    const { accessToken } = await server.clone('clocks');
    const day = (date: string, zone: string): Promise<string[]> =>
      titles(`since=${date}&until=${date}&timeZone=${zone}`, accessToken);
    expect(await day('2025-04-25', 'Africa/Cairo')).toEqual([]);
    expect(await day('2025-04-26', 'Africa/Cairo')).toEqual(['Friday night in Cairo']);
    expect(await day('2025-11-01', 'America/Havana')).toEqual([]);
    expect(await day('2025-11-02', 'America/Havana')).toEqual([
      'first half past midnight in Havana',
    ]);
  });

  it('tells once what a repository and its linked work tree both have, and pages agree', async () => {
    folder.add(
      'tree',
      [1, 2, 3].map((hour) => ({
        subject: `feat: hour ${hour}`,
        date: `2025-03-03T0${hour}:00:00Z`,
      })),
    );
    const linked = ['worktree', 'add', '--quiet', '../tree-linked', '-b', 'linked'];
    execFileSync('git', ['-C', join(folder.path, 'tree'), ...linked]);
    const { accessToken } = await server.clone('tree');
    await server.post('/clone', { path: 'tree-linked' }, { token: accessToken });
    const march = 'since=2025-03-01&until=2025-03-31&limit=2';
    const first = await server.get<ActionsDto>(`/actions?${march}`, { token: accessToken });
    const { actions, nextCursor } = first.body;
    expect(actions.map(({ title }) => title)).toEqual(['feat: hour 3', 'feat: hour 2']);
    const next = await server.get<ActionsDto>(`/actions?cursor=${nextCursor}`, {
      token: accessToken,
    });
    expect(next.body.actions.map(({ title }) => title)).toEqual(['feat: hour 1']);
  });

  it('takes a window by its name, and only by that', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    folder.add('named', [
      { subject: 'feat: done long ago', date: '2020-01-01T12:00:00Z' },
      { subject: 'feat: done yesterday', date: `${yesterday}T12:00:00Z` },
    ]);
    const { accessToken } = await server.clone('named');
    expect(await titles('window=yesterday', accessToken)).toEqual(['feat: done yesterday']);
    const both = await server.get('/actions?window=yesterday&since=2020-01-01', { token });
    expect(both.status).toBe(400);
    expect(both.body).toMatchObject({ errors: [{ field: 'window' }] });
    const unknown = await server.get('/actions?window=last-moon', { token });
    expect(unknown.status).toBe(400);
  });

  it('takes instants to the second, the end excluded, offsets kept', async () => {
    const until = encodeURIComponent('2025-05-12T09:00:00+02:00');
    expect(await titles(`since=2025-05-11T22:30:00Z&until=${until}`)).toEqual(['fix(api): late']);
    expect(await titles(`since=2025-05-11T22:30:01Z&until=${until}`)).toEqual([]);
    expect(
      await titles(`since=2025-05-12T00:30&until=2025-05-12T00:31&timeZone=${ZURICH}`),
    ).toEqual(['fix(api): late']);
  });

  it('asks for authors, types, bots and repositories', async () => {
    const week = 'since=2025-05-10&until=2025-05-12';
    expect(await titles(`${week}&author=GRACE@example.com`)).toEqual(['fix(api): late']);
    expect(await titles(`${week}&author=grace@example.com&author=*`)).toHaveLength(4);
    expect(await titles(`${week}&type=release`)).toEqual([]);
    expect(await titles(`${week}&includeBots=true`)).toContain('chore(deps): bump x');
    expect(await titles(`${week}&repo=git:local/web`)).toEqual(['feat(web): page']);
  });

  it('means everyone where nobody is signed in, and says so', async () => {
    const { body } = await server.get<ActionsDto>('/actions', { token });
    expect(body.author).toEqual(['*']);
  });

  it('finds nothing for "me" where nobody is signed in', async () => {
    expect(await titles('since=2025-05-01&until=2025-05-31&author=me')).toEqual([]);
  });

  it('names every repository in its coverage, an empty one too', async () => {
    const { body } = await server.get<ActionsDto>('/actions?since=2025-05-01', { token });
    const covered = body.coverage.repositories.map(({ id, status }) => `${id} ${status}`);
    expect(covered.toSorted()).toEqual([
      'git:local/api complete',
      'git:local/empty complete',
      'git:local/web complete',
    ]);
  });

  it('gives pages that together are the whole, in order, while new actions arrive', async () => {
    const query = 'since=2025-05-10&includeBots=true';
    const whole = await titles(`${query}&until=2025-05-31`);
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page += 1) {
      const path = cursor ? `/actions?limit=2&cursor=${cursor}` : `/actions?limit=2&${query}`;
      const { body } = await server.get<ActionsDto>(path, { token });
      seen.push(...body.actions.map(({ title }) => title));
      expect(body.coverage.truncated).toBe(body.nextCursor !== undefined);
      if (page === 0) folder.add('web', [{ subject: 'feat: arrived in between' }]);
      if (!body.nextCursor) break;
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(whole);
    expect(whole).toHaveLength(5);
  });

  it('is text by calendar day for those who want text', async () => {
    const { headers, body } = await server.get<string>(
      `/actions?since=2025-05-12&until=2025-05-12&timeZone=${ZURICH}&repo=git:local/api`,
      { token, headers: { accept: 'text/plain' } },
    );
    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toMatch(
      /^2025-05-12 Monday\n {2}api\n {4}09:00 commit \w{10}: docs: later \(Ada Lovelace\) <swh:1:rev:\w{40}>\n {4}00:30 commit/,
    );
    expect(body).toContain(`From 2025-05-12 00:00 to 2025-05-13 00:00, ${ZURICH}.`);
  });
});
