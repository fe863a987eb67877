import { afterAll, describe, expect, it } from '@jest/globals';
import { gitFetcher } from '../../../test/support/git-fetcher.js';
import { GitWorld } from '../../../test/support/git-world.js';

const { signal } = new AbortController();
const HELLO = 'https://github.com/octo/hello.git';

describe('where on the web a repository is', () => {
  const world = new GitWorld();
  const fetcher = gitFetcher({ GIT_ROOT: world.directory });
  let made = 0;
  afterAll(() => world.remove());

  it.each<[string, string | undefined, string[][]]>([
    ['its only remote says, whatever its name', 'github.com', [['remote', 'add', 'theirs', HELLO]]],
    [
      'the first of several addresses says, from which git fetches',
      'github.com',
      [
        ['remote', 'add', 'origin', HELLO],
        ['remote', 'set-url', '--add', 'origin', 'https://git.backup.example/octo/hello.git'],
      ],
    ],
    [
      'the address to fetch from says, not the one to push to',
      'github.com',
      [
        ['remote', 'add', 'origin', HELLO],
        ['remote', 'set-url', '--push', 'origin', 'git@git.example:me/fork.git'],
      ],
    ],
    [
      'git says, which rewrites addresses',
      'github.com',
      [
        ['remote', 'add', 'origin', 'gh:octo/hello'],
        ['config', 'url.https://github.com/.insteadOf', 'gh:'],
      ],
    ],
    [
      'the remote of the current branch says, where there are several',
      'github.com',
      [
        ['remote', 'add', 'backup', 'https://git.backup.example/octo/hello.git'],
        ['remote', 'add', 'upstream', HELLO],
        ['config', 'branch.main.remote', 'upstream'],
      ],
    ],
    [
      'nobody says, where there are several and none is followed',
      undefined,
      [
        ['remote', 'add', 'backup', 'https://git.backup.example/octo/hello.git'],
        ['remote', 'add', 'upstream', HELLO],
      ],
    ],
    ['nobody says, where there is no remote', undefined, []],
  ])('%s', async (_, host, commands) => {
    made += 1;
    const name = `remote-${made}`;
    world.create(name);
    world.commit(name, { message: 'Work' });
    for (const command of commands) world.git(name, ...command);
    const connection = await fetcher.connect({ provider: 'git', path: name }, signal);
    const { repositories } = await fetcher.getRepositories(connection, signal);
    const url = host === undefined ? `git-root:/${name}` : `https://${host}/octo/hello`;
    expect(repositories).toMatchObject([{ url }]);
  });
});
