import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectProxy } from '../../../test/support/connect.proxy.js';
import { GitServer } from '../../../test/support/git-server.js';

const SCRIPT = ['--import', './test/support/typescript.mjs', 'test/support/ask-outside.ts'];

describe('connections to a provider of one’s own network', () => {
  let folder: string;
  let provider: GitServer;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'git-recap-outside-'));
    provider = await GitServer.start(folder, folder);
    provider.intercept = () => (_, response) => void response.end('inside');
    proxy = await ConnectProxy.start('octocat:p@ss');
  });
  afterAll(async () => {
    await provider.stop();
    await proxy.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    proxy.tunnels.length = 0;
    provider.requests.length = 0;
  });

  /** What a process with this environment is answered; Node reads some of it only as it starts. */
  async function ask(environment: Record<string, string>): Promise<string> {
    const { PATH } = process.env;
    const usual = {
      NODE_EXTRA_CA_CERTS: provider.authorityFile,
      PROVIDER_HOSTS: provider.host,
    };
    const options = { env: { PATH, ...usual, ...environment } };
    const command = [...SCRIPT, provider.url('')];
    return (await promisify(execFile)(process.execPath, command, options)).stdout;
  }

  it('trust the authorities of NODE_EXTRA_CA_CERTS, and no others', async () => {
    expect(await ask({})).toBe('inside');
    expect(await ask({ NODE_EXTRA_CA_CERTS: '' })).toMatch(/could not be reached/);
  });

  it('are none where the operator did not name the host', async () => {
    for (const PROVIDER_HOSTS of ['', '*']) {
      expect(await ask({ PROVIDER_HOSTS })).toMatch(/not on the public internet/);
    }
    expect(provider.requests).toEqual([]);
  });

  it('go through HTTPS_PROXY, with its password', async () => {
    expect(await ask({ HTTPS_PROXY: `http://octocat:p%40ss@${proxy.host}` })).toBe('inside');
    expect(proxy.tunnels).toEqual([provider.host]);
  });

  it('go past it to the hosts of NO_PROXY', async () => {
    const HTTPS_PROXY = `http://octocat:p%40ss@${proxy.host}`;
    expect(await ask({ HTTPS_PROXY, NO_PROXY: 'localhost' })).toBe('inside');
    expect(proxy.tunnels).toEqual([]);
  });

  it('are none where the proxy refuses, whose password nobody reads', async () => {
    const answer = await ask({ HTTPS_PROXY: `http://octocat:secret@${proxy.host}` });
    expect(answer).toMatch(/could not be reached/);
    expect(answer).not.toContain('secret');
    expect(provider.requests).toEqual([]);
  });
});
