import { afterAll, describe, expect, it } from '@jest/globals';
import { collect } from '../../../test/support/collect.js';
import { GitWorld } from '../../../test/support/git-world.js';
import { GitProcess } from './git.process.js';
import { runGit } from './run-git.js';

const { signal } = new AbortController();

describe('GitProcess', () => {
  const world = new GitWorld();
  const folder = { gitDirectory: `${world.create('here')}/.git` };
  afterAll(() => world.remove());

  it('ends a git that takes longer than it may, and says so', async () => {
    const waitsForInput = await GitProcess.start({
      arguments: ['cat-file', '--batch'],
      folder,
      signal,
      timeout: 100,
    });
    await expect(collect(waitsForInput)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('keeps what git complains about for the operator', async () => {
    const failing = runGit({ arguments: ['show', 'nothing'], folder, signal, timeout: 10_000 });
    await expect(failing).rejects.toMatchObject({
      reason: 'failed',
      diagnostics: expect.stringContaining('nothing'),
      message: expect.not.stringContaining('nothing'),
    });
  });

  it('keeps output until someone reads it, also after git has ended', async () => {
    const git = await GitProcess.start({ arguments: ['version'], folder, signal, timeout: 10_000 });
    git.input.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(Buffer.concat(await collect(git)).toString()).toMatch(/^git version/);
  });

  it('is stopped with its output unread', async () => {
    const git = await GitProcess.start({ arguments: ['version'], folder, signal, timeout: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(git.stop()).resolves.toBeUndefined();
  });

  it('opens no connection unless told to, whatever the repository says', async () => {
    world.git('here', 'config', 'protocol.allow', 'always');
    world.git('here', 'config', 'protocol.file.allow', 'always');
    for (const network of [true, false]) {
      const listing = runGit({
        arguments: ['ls-remote', folder.gitDirectory],
        folder,
        network,
        signal,
        timeout: 10_000,
      });
      await expect(listing).rejects.toMatchObject({
        diagnostics: expect.stringContaining("transport 'file' not allowed"),
      });
    }
  });
});
