import { randomBytes } from 'node:crypto';
import type { Variables } from '../../src/config/read-environment.js';
import { freePort, RedisServer } from '../support/redis.server.js';
import { RepositoryFolder } from '../support/repository.js';
import { BuiltPod } from './built.pod.js';
import { Haproxy } from './haproxy.js';
import { Llm } from './llm.js';

const TOKENS_PER_SECOND = 6;
/** A token of the emulated model has so many characters. */
const TOKEN_CHARACTERS = 5;

export interface StageOptions {
  readonly pods: number;
  /** About how long the model takes for a reply. */
  readonly secondsPerReply: number;
  /** Of every pod. */
  readonly variables?: Variables;
  /** The Redis of all pods; without one, a stage has its own. */
  readonly redis?: { readonly url: string; stop(): Promise<void> };
  /** What else the pods speak with, to be stopped after them. */
  readonly rest?: readonly { stop(): Promise<void> }[];
}

/** Built pods behind a haproxy, with all they need: Redis, a model, and a repository. */
export class Stage {
  private constructor(
    readonly pods: readonly BuiltPod[],
    readonly haproxy: Haproxy,
    readonly llm: Llm,
    /** What every reply says, no word of it twice. */
    readonly bullet: string,
    readonly secondsPerReply: number,
    private readonly rest: readonly { stop(): Promise<void> }[],
  ) {}

  static async build(options: StageOptions): Promise<Stage> {
    const { pods: count, secondsPerReply, variables, redis, rest = [] } = options;
    const store = redis ?? (await RedisServer.start());
    const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
    const bullet = bulletOf(secondsPerReply * TOKENS_PER_SECOND * TOKEN_CHARACTERS);
    const llm = await Llm.start({
      steps: [{ text: bullet, cites: [0] }],
      tokensPerSecond: TOKENS_PER_SECOND,
    });
    const ports: number[] = [];
    while (ports.length < count) ports.push(await freePort());
    const settings = {
      REDIS_URL: store.url,
      JWT_SECRET_KEY: randomBytes(32).toString('hex'),
      GIT_ROOT: folder.path,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: llm.url,
      RATE_LIMIT_PER_MINUTE: '1000000',
      SOCKETS_PER_SESSION: '1000',
      ...variables,
    };
    const pods = ports.map((port) => new BuiltPod(port, settings));
    const haproxy = await Haproxy.start(ports);
    const stage = new Stage(pods, haproxy, llm, bullet, secondsPerReply, [
      ...rest,
      store,
      { stop: async () => folder.remove() },
    ]);
    try {
      await Promise.all(pods.map((pod) => pod.start()));
      await haproxy.seesAll();
    } catch (error) {
      await stage.clear();
      throw error;
    }
    return stage;
  }

  /** Ends everything that was started. */
  async clear(): Promise<void> {
    await this.haproxy.stop();
    await Promise.all(this.pods.map((pod) => pod.end('SIGKILL')));
    await this.llm.stop();
    for (const one of this.rest) await one.stop();
  }
}

/** About as many characters. */
function bulletOf(length: number): string {
  let words = '';
  for (let count = 0; words.length < length; count += 1) words += ` word${count}`;
  return `-${words}.\n`;
}

/** It has on disk what it acknowledged. */
export const durableRedis = (): Promise<RedisServer> =>
  RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
