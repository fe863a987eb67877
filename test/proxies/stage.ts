import { randomBytes } from 'node:crypto';
import { BuiltPod } from '../chaos/built.pod.js';
import { GithubEmulator } from '../support/github.emulator.js';
import { GithubOauthEmulator } from '../support/github-oauth.emulator.js';
import { startLlmEmulator } from '../support/llm.emulator.js';
import { freePort, RedisServer } from '../support/redis.server.js';
import { seededWorld } from '../support/world/seeded.world.js';

export const REDIRECT_URI = 'https://recap.example.com/signed-in';

/** Two built pods of one deployment, and all they speak with. */
export interface Stage {
  readonly ports: readonly number[];
  readonly oauth: GithubOauthEmulator;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const [redis, github, oauth, llm] = await Promise.all([
    RedisServer.start(),
    GithubEmulator.start(seededWorld()),
    GithubOauthEmulator.start(),
    startLlmEmulator(() => ({ steps: [{ text: '- Keys rotate.\n', cites: [0] }] })),
  ]);
  const variables = {
    REDIS_URL: redis.url,
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    TRUST_PROXY: '1',
    GITHUB_CLIENT_ID: GithubOauthEmulator.CLIENT_ID,
    GITHUB_CLIENT_SECRET: GithubOauthEmulator.CLIENT_SECRET,
    GITHUB_URL: oauth.url,
    GITHUB_API_URL: github.url,
    OAUTH_REDIRECT_URIS: REDIRECT_URI,
    ANTHROPIC_API_KEY: 'sk-of-nobody',
    ANTHROPIC_BASE_URL: llm.url,
    RATE_LIMIT_PER_MINUTE: '1000000',
  };
  const ports = [await freePort(), await freePort()];
  const pods = ports.map((port) => new BuiltPod(port, variables));
  const stop = async (): Promise<void> => {
    await Promise.all(pods.map((pod) => pod.end('SIGTERM')));
    await Promise.all([redis.stop(), github.stop(), oauth.stop(), llm.close()]);
  };
  try {
    await Promise.all(pods.map((pod) => pod.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, oauth, stop };
}
