import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { SessionGrantDto } from '../src/auth/auth.dto.js';
import type { Problem } from '../src/errors/problem.js';
import type { ReplyDto } from '../src/chat/replies/replies.dto.js';
import { eventually } from './support/eventually.js';
import { GitlabEmulator } from './support/gitlab.emulator.js';
import { type LlmEmulator, startLlmEmulator } from './support/llm.emulator.js';
import { OtlpReceiver } from './support/otlp.receiver.js';
import { TestServer } from './support/server.js';
import { seededWorld } from './support/world/seeded.world.js';

const traceparentOf = (traceId: string): string => `00-${traceId}-00f067aa0ba902b7-01`;
const newTraceId = (): string => randomBytes(16).toString('hex');

describe('a server without a collector', () => {
  it('still names the trace of the caller in its problems', async () => {
    const server = await TestServer.start();
    const traceId = newTraceId();
    const traced = { headers: { traceparent: traceparentOf(traceId) } };
    expect((await server.get<Problem>('/repos', traced)).body).toMatchObject({
      code: 'unauthorized',
      requestId: expect.any(String),
      traceId,
    });
    const garbled = { headers: { traceparent: '00-x"}-1-1' } };
    expect((await server.get<Problem>('/repos', garbled)).body.traceId).toBeUndefined();
    await server.stop();
  });
});

describe('a server with a collector', () => {
  let gitlab: GitlabEmulator;
  let collector: OtlpReceiver;
  let llm: LlmEmulator;
  let server: TestServer;

  beforeAll(async () => {
    [collector, gitlab] = await Promise.all([
      OtlpReceiver.start(),
      GitlabEmulator.start(seededWorld()),
    ]);
    llm = await startLlmEmulator(() => ({ steps: [{ text: '- It was done.\n', cites: [0] }] }));
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'recap-of-the-spec',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    server = await TestServer.start({
      GITLAB_URL: gitlab.url,
      ANTHROPIC_API_KEY: 'sk-secret-of-the-model',
      ANTHROPIC_BASE_URL: llm.url,
    });
  });

  afterAll(async () => {
    await server.stop();
    await Promise.all([collector.stop(), gitlab.stop(), llm.close()]);
  });

  const signIn = async (): Promise<SessionGrantDto> => {
    const wish = { provider: 'gitlab', token: GitlabEmulator.TOKEN };
    return (await server.post<SessionGrantDto>('/pat', wish)).body;
  };

  it('sends one trace of a recap, from the caller to the provider and the language model', async () => {
    const grant = await signIn();
    const traceId = newTraceId();
    const { body } = await server.post<ReplyDto>(
      '/recaps',
      { since: '2025-06-10', until: '2025-06-30' },
      { token: grant.accessToken, headers: { traceparent: traceparentOf(traceId) } },
    );
    expect(body.status).toBe('done');

    await eventually(() => {
      const spans = collector.spans.filter((span) => span.traceId === traceId);
      const byName = Object.fromEntries(spans.map((span) => [span.name, span]));
      const [root, reply] = [byName['POST /recaps'], byName['write recap']];
      const model = spans.find(({ name }) => name.startsWith('chat '));
      expect(root?.parentSpanId).toBe('00f067aa0ba902b7');
      expect(reply?.parentSpanId).toBe(root?.spanId);
      expect(model?.parentSpanId).toBe(reply?.spanId);
      expect(byName['GET gitlab']?.parentSpanId).toBe(reply?.spanId);
    });
    expect([...collector.services]).toEqual(['recap-of-the-spec']);
    expect(collector.unexpected).toEqual([]);
  });

  it('names a trace of its own in problems where the caller has none', async () => {
    const { body } = await server.get<Problem>('/repos');
    await eventually(() => {
      const [span] = collector.spans.filter(({ traceId }) => traceId === body.traceId);
      expect(span?.name).toBe('GET /repos');
    });
  });

  it('sends no secret and nothing of what people wrote', async () => {
    const grant = await signIn();
    await server.get('/actions?author=ada@example.com', { token: grant.accessToken });
    await eventually(() => expect(collector.named('GET /actions').length).toBeGreaterThan(0));
    const sent = JSON.stringify(collector.spans);
    for (const secret of [
      grant.accessToken,
      GitlabEmulator.TOKEN,
      'sk-secret-of-the-model',
      'ada@example.com',
      'done.',
    ]) {
      expect(sent).not.toContain(secret);
    }
  });
});
