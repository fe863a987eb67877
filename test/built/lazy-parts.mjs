import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { AzureDevopsEmulator } from '../support/azure-devops.emulator.js';
import { ORGANIZATION } from '../support/azure-devops/azure-world.js';
import { GithubEmulator } from '../support/github.emulator.js';
import { GitlabEmulator } from '../support/gitlab.emulator.js';
import { startLlmEmulator } from '../support/llm.emulator.js';
import { OtlpReceiver } from '../support/otlp.receiver.js';
import { seededWorld } from '../support/world/seeded.world.js';
import { withBuiltServer } from './built.server.mjs';

const WINDOW = { since: '2025-06-10T12:00:00Z', until: '2025-06-30T12:00:00Z' };
const WISHES = [
  { provider: 'github', token: GithubEmulator.TOKEN },
  { provider: 'gitlab', token: GitlabEmulator.TOKEN },
  { provider: 'azure-devops', token: AzureDevopsEmulator.TOKEN, organization: ORGANIZATION },
];

/** The built server does what it imports nothing for before it is asked: providers, model, traces. */
export async function expectLazyParts() {
  const [github, gitlab, azure, collector, model] = await Promise.all([
    GithubEmulator.start(seededWorld({ seed: 1 })),
    GitlabEmulator.start(seededWorld({ seed: 2 })),
    AzureDevopsEmulator.start(seededWorld({ seed: 3 })),
    OtlpReceiver.start(),
    startLlmEmulator(() => ({ steps: [{ text: '- It was done.\n', cites: [0] }] })),
  ]);
  const environment = {
    GITHUB_API_URL: github.url,
    GITLAB_URL: gitlab.url,
    AZURE_DEVOPS_URL: azure.url,
    ANTHROPIC_API_KEY: 'sk-of-nobody',
    ANTHROPIC_BASE_URL: model.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  try {
    await withBuiltServer(environment, expectRecapOfAll);
    // Spans that are still to be sent leave with the server.
    assert.ok(collector.spans.length > 0, 'no spans arrived');
  } finally {
    await Promise.all([github, gitlab, azure, collector].map((emulator) => emulator.stop()));
    await model.close();
  }
}

async function expectRecapOfAll(url) {
  let sessionId, token;
  const post = async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    assert.ok(response.ok, `POST ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  for (const wish of WISHES) ({ sessionId, accessToken: token } = await post('/pat', wish));

  const { id, status, text, coverage } = await post('/recaps', WINDOW);
  assert.equal(status, 'done');
  assert.match(text, /It was done/);
  const read = coverage.connections.map(({ provider, status }) => [provider, status]);
  assert.deepEqual(
    read,
    WISHES.map(({ provider }) => [provider, 'complete']),
  );

  const address = `${url.replace('http', 'ws')}/ws/${sessionId}`;
  const replay = new WebSocket(address, ['git-recap.v1', `bearer.${token}`]);
  await once(replay, 'open');
  replay.send(JSON.stringify({ event: 'resume', data: { replyId: id, after: 0 } }));
  const [frame] = await once(replay, 'message');
  assert.equal(JSON.parse(frame).data.replyId, id);
  replay.close();
}
