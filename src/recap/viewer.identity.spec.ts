import { describe, expect, it } from '@jest/globals';
import { commit } from '../../test/support/histories.js';
import type { Author } from '../providers/action.js';
import type { Connection } from '../providers/connection.js';
import { ViewerIdentity } from './viewer.identity.js';

const connection = (
  provider: Connection['provider'],
  login: string,
  email: string,
): Connection => ({
  id: provider,
  provider,
  baseUrl: 'https://example.com',
  label: provider,
  viewer: { id: login, login, name: `${login} of ${provider}`, emails: [email] },
});
const GIT: Connection = { id: 'git', provider: 'git', baseUrl: 'path:.', label: 'git' };
const me = new ViewerIdentity([
  connection('github', 'mona', 'mona@home.example'),
  connection('gitlab', 'm.lisa', 'mona@work.example'),
  GIT,
]);
const MONA = { login: 'mona', name: 'mona of github', bot: false };

const authorOf = (provider: Connection['provider'], author: Partial<Author>): Author =>
  me.fold(commit('x', { provider, author: { name: 'someone', bot: false, ...author } })).author;

describe('the viewer', () => {
  it('is one person, by any of their addresses anywhere', () => {
    expect(authorOf('git', { email: 'Mona@Work.example' })).toMatchObject(MONA);
    expect(authorOf('github', { email: 'mona@work.example' })).toMatchObject(MONA);
    expect(authorOf('gitlab', { email: 'mona@home.example' })).toMatchObject(MONA);
  });

  it('is known by a login only where that login is theirs', () => {
    expect(authorOf('gitlab', { login: 'm.lisa' })).toMatchObject(MONA);
    expect(authorOf('gitlab', { login: 'mona' })).toMatchObject({ login: 'mona', name: 'someone' });
  });

  it('is no bot that uses their address', () => {
    expect(authorOf('git', { email: 'mona@home.example', bot: true }).bot).toBe(true);
  });

  it('is credited once, as author before co-author', () => {
    const hers = { name: 'Mona', email: 'mona@work.example', bot: false };
    const other = { name: 'Ada', email: 'ada@example.com', bot: false };
    const own = me.fold(commit('x', { author: hers, coAuthors: [hers, other] }));
    expect(own).toMatchObject({ author: MONA, coAuthors: [other] });
    const shared = me.fold(commit('x', { author: other, coAuthors: [hers] }));
    expect(shared).toMatchObject({ author: other, coAuthors: [MONA] });
  });

  it('is asked for by all addresses in a repository that belongs to nobody', () => {
    const query = {
      since: new Date(0),
      until: new Date(),
      authors: { everyone: false as const, viewer: true, names: ['ada'] },
      types: ['commit' as const],
      includeBots: false,
    };
    expect(me.ask(GIT, query).authors).toMatchObject({
      names: ['ada', 'mona@home.example', 'mona@work.example'],
    });
    const github = connection('github', 'mona', 'mona@home.example');
    expect(me.ask(github, query)).toBe(query);
  });

  it('is nobody in a session without one', () => {
    const action = commit('x');
    expect(new ViewerIdentity([GIT]).fold(action)).toBe(action);
  });
});
