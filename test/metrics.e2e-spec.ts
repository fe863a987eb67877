import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '../src/errors/problem.js';
import { eventually } from './support/eventually.js';
import { GithubEmulator } from './support/github.emulator.js';
import { startLlmEmulator } from './support/llm.emulator.js';
import { RepositoryFolder } from './support/repository.js';
import { scrapeOf, useEverything } from './support/scrape.js';
import { TestServer } from './support/server.js';
import { SocketClient } from './support/socket.client.js';
import { seededWorld } from './support/world/seeded.world.js';

const TOKEN = 'a-token-for-the-metrics';

describe('the metrics', () => {
  const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ GIT_ROOT: folder.path });
  });

  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  const scrape = (): Promise<string> => scrapeOf(server);

  it('count requests by the pattern of their route, whatever was asked for', async () => {
    await server.get('/replies/made-up-1');
    await server.get('/nowhere/made-up-2');
    await fetch(`${server.url}/nowhere`, { method: 'PROPFIND' });
    await eventually(async () => {
      const text = await scrape();
      expect(text).toContain(
        'http_request_duration_seconds_count{method="GET",route="/replies/:replyId",status="401"} 1',
      );
      expect(text).toMatch(/_count\{method="GET",route="none",status="404"\} 1/);
      expect(text).not.toContain('made-up');
      expect(text).not.toContain('PROPFIND');
    });
  });

  it('count a reply whose session is signed out as cancelled', async () => {
    const llm = await startLlmEmulator(() => ({ steps: [{ text: '- It' }], end: 'stall' }));
    const writing = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    const grant = await writing.clone('one');
    const socket = await writing.connect(grant);
    socket.send('recap');
    await socket.waitForEvent('token');
    await writing.delete('/session', { token: grant.accessToken });
    await eventually(async () => {
      const counts = /^git_recap_reply_duration_seconds_count.*$/gm;
      expect((await scrapeOf(writing)).match(counts)).toEqual([
        'git_recap_reply_duration_seconds_count{kind="recap",outcome="cancelled"} 1',
      ]);
    });
    await writing.stop();
    await llm.close();
  });

  it('count requests whose clients leave before the end of the answer', async () => {
    const llm = await startLlmEmulator(() => ({ steps: [{ text: '- It' }], end: 'stall' }));
    const writing = await TestServer.start({
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
    });
    const { accessToken } = await writing.clone('one');
    const leave = new AbortController();
    await fetch(`${writing.url}/recaps`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: '{}',
      signal: leave.signal,
    });
    leave.abort();
    await eventually(async () =>
      expect(await scrapeOf(writing)).toContain(
        'http_request_duration_seconds_count{method="POST",route="/recaps",status="499"} 1',
      ),
    );
    await writing.stop();
    await llm.close();
  });

  it('count open sockets, and how they closed', async () => {
    const socket = await server.connect(await server.clone('one'));
    await eventually(async () => expect(await scrape()).toMatch(/^git_recap_sockets_open 1$/m));
    await socket.close();
    await eventually(async () => {
      const text = await scrape();
      expect(text).toMatch(/^git_recap_sockets_open 0$/m);
      expect(text).toMatch(/^git_recap_sockets_closed_total\{code="1005"\} 1$/m);
    });
  });

  it('count refused handshakes, by the reason', async () => {
    const { sessionId } = await server.clone('one');
    await expect(SocketClient.open(server.url, sessionId)).rejects.toThrow();
    expect(await scrape()).toMatch(/^git_recap_sockets_refused_total\{code="unauthorized"\} 1$/m);
  });

  it('count what is asked of a provider and of the language model, and what replies take', async () => {
    const world = await useEverything();
    const text = await scrapeOf(world.server);
    for (const line of [
      /^git_recap_provider_request_duration_seconds_count\{provider="gitlab",status="200",cache="miss"\} \d+$/m,
      /^git_recap_provider_queue_seconds_count\{provider="gitlab"\} \d+$/m,
      /^git_recap_provider_rate_limit_left_ratio\{provider="gitlab"\} 0\.9995$/m,
      /^git_recap_llm_request_duration_seconds_count\{model="claude-[\w-]+",outcome="529"\} 1$/m,
      /^git_recap_llm_request_duration_seconds_count\{model="claude-[\w-]+",outcome="ok"\} 1$/m,
      /^git_recap_llm_first_event_seconds_count\{model="claude-[\w-]+"\} 1$/m,
      /^git_recap_llm_tokens_total\{writer="anthropic",model="claude-[\w-]+",type="output"\} 20$/m,
      /^git_recap_llm_cost_dollars_total\{model="claude-[\w-]+"\} 0\.\d+$/m,
      /^git_recap_reply_duration_seconds_count\{kind="recap",outcome="end"\} 1$/m,
      /^git_recap_reply_first_text_seconds_count\{kind="recap"\} 1$/m,
      /^git_recap_replies_running\{kind="recap"\} 0$/m,
      /^git_recap_socket_send_lag_seconds_count [1-9]\d*$/m,
    ]) {
      expect(text).toMatch(line);
    }
    await world.stop();
  });

  it('give what a provider makes up no labels of its own', async () => {
    const github = await GithubEmulator.start(seededWorld());
    const asking = await TestServer.start({ GITHUB_API_URL: github.url });
    for (const status of [298, 299, 418, 611, 612]) {
      github.fail({ status }, undefined, 1);
      await asking.post('/pat', { provider: 'github', token: GithubEmulator.TOKEN });
    }
    const counted = /^git_recap_provider_request_duration_seconds_count\{.*status="(\w+)"/gm;
    const labels = [...(await scrapeOf(asking)).matchAll(counted)].map(([, label]) => label);
    expect(labels).toEqual(expect.arrayContaining(['2xx', '418', '6xx']));
    expect(labels).not.toEqual(expect.arrayContaining([expect.stringMatching(/298|299|611|612/)]));
    await asking.stop();
    await github.stop();
  });

  it('tell of the process and its event loop', async () => {
    const text = await scrape();
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });

  it('tell of Redis where there is one', async () => {
    const text = await scrape();
    const up = [...text.matchAll(/^git_recap_redis_up\{connection="(\w+)"\} 1$/gm)];
    expect(up.map(([, connection]) => connection)).toEqual(
      process.env.TEST_REDIS_URL ? ['commands', 'subscriber'] : [],
    );
    if (process.env.TEST_REDIS_URL) {
      expect(text).toMatch(/^git_recap_redis_command_duration_seconds_count\{outcome="ok"\} \d+$/m);
    }
  });
});

describe('the metrics of a server with METRICS_TOKEN', () => {
  it('are for those who have it', async () => {
    const server = await TestServer.start({ METRICS_TOKEN: TOKEN });
    const refused = await server.get<Problem>('/metrics');
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthorized']);
    expect((await server.get('/metrics', { token: `${TOKEN}x` })).status).toBe(401);
    const answer = await server.get('/metrics', { token: TOKEN });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    await server.stop();
  });

  it('are not throttled', async () => {
    const server = await TestServer.start({ RATE_LIMIT_PER_MINUTE: '2' });
    for (let request = 0; request < 5; request += 1) {
      expect((await server.get('/metrics')).status).toBe(200);
    }
    await server.stop();
  });
});

describe('the metrics of a production server without METRICS_TOKEN', () => {
  it('are not there', async () => {
    const server = await TestServer.start({
      NODE_ENV: 'production',
      REDIS_URL: process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:1',
    });
    const { status, body } = await server.get<Problem>('/metrics');
    expect([status, body.code]).toEqual([404, 'not_found']);
    await server.stop();
  });
});
