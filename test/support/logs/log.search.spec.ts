import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchLogs } from './log.search.mjs';

const SECRETS = ['ghp_0123456789', 'say "hello"\n\\', 'ünïcode & more', 'same-beginning-1'];

describe('the search of the logs', () => {
  let folder: string;

  const write = (name: string, ...lines: string[]): Promise<void> =>
    appendFile(join(folder, name), lines.map((line) => `${line}\n`).join(''));
  const found = async (): Promise<string[]> =>
    (await searchLogs(folder)).leaks.map(({ secret }) => secret);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-search-'));
    await write('1.planted', ...SECRETS.map((secret) => JSON.stringify(secret)));
    await write('2.planted', JSON.stringify('same-beginning-2'), JSON.stringify(SECRETS[0]));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('finds nothing where there is nothing, and says how much it looked at', async () => {
    await write('1.log', '{"msg":"request"}', '{"msg":"ghp_012345678"}', 'same-beginning-3');
    await write('2.log', '{"msg":"request"}');
    expect(await searchLogs(folder)).toEqual({ secrets: 5, lines: 4, leaks: [] });
  });

  it.each([
    ['the only text', 'ghp_0123456789', 'ghp_0123456789'],
    ['in the middle', '{"msg":"a ghp_0123456789 of x"}', 'ghp_0123456789'],
    ['at the very end', '{"msg":"same-beginning-2', 'same-beginning-2'],
    ['escaped in JSON', JSON.stringify({ a: [SECRETS[1]] }), String.raw`say \"hello\"\n\\`],
    [
      'in a URL',
      `GET /?q=${encodeURIComponent('ünïcode & more')}`,
      '%C3%BCn%C3%AFcode%20%26%20more',
    ],
    ['as it is', 'about ünïcode & more', 'ünïcode & more'],
  ])('finds what another process planted, %s', async (_name, line, secret) => {
    await write('7.log', '{"msg":"request"}', line);
    expect(await found()).toEqual([secret]);
  });

  it('finds every one, each time', async () => {
    await write('1.log', 'same-beginning-1same-beginning-2', 'same-beginning-1');
    expect(await found()).toEqual(['same-beginning-1', 'same-beginning-2', 'same-beginning-1']);
  });
});
