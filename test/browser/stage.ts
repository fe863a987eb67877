import assert from 'node:assert/strict';
import type { PAT_PROVIDERS } from '../../src/auth/auth.dto.js';
import type { RepliesDto, ReplyDto } from '../../src/chat/replies/replies.dto.js';
import { BuiltPod } from '../chaos/built.pod.js';
import { AzureDevopsEmulator } from '../support/azure-devops.emulator.js';
import { ORGANIZATION } from '../support/azure-devops/azure-world.js';
import { GithubEmulator } from '../support/github.emulator.js';
import { GitlabEmulator } from '../support/gitlab.emulator.js';
import { type LlmEmulator, type LlmMessage, startLlmEmulator } from '../support/llm.emulator.js';
import type { ProviderEmulator } from '../support/provider.emulator.js';
import { freePort } from '../support/redis.server.js';
import { seededWorld } from '../support/world/seeded.world.js';

/** Somebody's account at a provider, and what the page asks for to sign in to it. */
export interface Account {
  readonly provider: (typeof PAT_PROVIDERS)[number];
  readonly emulator: ProviderEmulator;
  readonly token: string;
  readonly organization?: string;
}

/** What each bullet that the model writes says; the first two have a source, the last has none. */
export const BULLETS = ['Keys rotate.', 'The cache forgets in time.', 'Nobody did this.'];

const ANSWER: LlmMessage = {
  steps: [
    { text: `- ${BULLETS[0]}\n`, cites: [0, 1] },
    { text: `- ${BULLETS[1]}\n`, cites: [2] },
    { text: `- ${BULLETS[2]}\n` },
  ],
};

/**
 * The built server, the providers and the model. Built, since the API description that the page reads
 * is put together by the compiler.
 */
export class Stage {
  /** How the model answers. */
  answer = ANSWER;

  private constructor(
    readonly accounts: Record<Account['provider'], Account>,
    private readonly llm: LlmEmulator,
    private readonly pod: BuiltPod,
  ) {}

  static async start(): Promise<Stage> {
    const accounts = await startAccounts();
    const llm: LlmEmulator = await startLlmEmulator(() => stage.answer);
    const hosts = Object.values(accounts).map(({ emulator }) => emulator.url);
    const pod = new BuiltPod(await freePort(), {
      PROVIDER_HOSTS: hosts.join(','),
      ANTHROPIC_API_KEY: 'sk-of-nobody',
      ANTHROPIC_BASE_URL: llm.url,
      RATE_LIMIT_PER_MINUTE: '1000000',
    });
    const stage = new Stage(accounts, llm, pod);
    await pod.start().catch(async (error: unknown) => {
      await pod.end('SIGKILL');
      throw error;
    });
    return stage;
  }

  get url(): string {
    return this.pod.url;
  }

  /** The model writes all at once, or so many pieces of a few letters a second. */
  writeAt(tokensPerSecond?: number): void {
    this.answer = { ...ANSWER, tokensPerSecond };
  }

  /** What the server tells of the newest reply of a session. */
  async newestReply(token: string): Promise<ReplyDto> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${this.url}/replies`, { headers });
    const { replies } = (await response.json()) as RepliesDto;
    return replies.at(-1)!;
  }

  /** Ends a session without telling those who are in it. */
  async endSession(token: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await fetch(`${this.url}/session`, { method: 'DELETE', headers });
    assert.equal(status, 204);
  }

  async stop(): Promise<void> {
    assert.equal(await this.pod.end('SIGTERM'), 0);
    await this.llm.close();
    for (const { emulator } of Object.values(this.accounts)) {
      await emulator.stop();
      assert.deepEqual(emulator.unexpected(), []);
    }
  }
}

async function startAccounts(): Promise<Stage['accounts']> {
  const [github, gitlab, azure] = await Promise.all([
    GithubEmulator.start(seededWorld({ seed: 1 })),
    GitlabEmulator.start(seededWorld({ seed: 2 })),
    AzureDevopsEmulator.start(seededWorld({ seed: 3 })),
  ]);
  // An address that somebody names is that of an Enterprise Server.
  github.basePath = '/api/v3';
  return {
    github: { provider: 'github', emulator: github, token: GithubEmulator.TOKEN },
    gitlab: { provider: 'gitlab', emulator: gitlab, token: GitlabEmulator.TOKEN },
    'azure-devops': {
      provider: 'azure-devops',
      emulator: azure,
      token: AzureDevopsEmulator.TOKEN,
      organization: ORGANIZATION,
    },
  };
}
