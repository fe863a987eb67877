import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '../errors/domain.error.js';
import { close, type RedisClients } from './redis.clients.js';
import { redisProblem } from './redis.problem.js';
import { MissingRights, tryRights } from './redis.rights.js';
import { defineScripts } from './redis.scripts.js';
import { RedisSubscriptions } from './redis.subscriptions.js';
import {
  type AppendResult,
  type Count,
  SharedState,
  type StateKey,
  type Unsubscribe,
} from './shared-state.js';
import { observedCommand } from './state.channel.js';
import { checkBytes, checkTimeToLive } from './state.rules.js';
import { indexKey, type StorageKind, storageKey } from './storage-key.js';

const READY_POLL_MS = 50;

/** The state of many pods, in one Redis (6.2 or later) or a cluster of them. */
export class RedisSharedState extends SharedState implements OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly commands: RedisClients['commands'];
  private readonly subscriber: RedisClients['subscriber'];
  private readonly subscriptions: RedisSubscriptions;
  /** What the log was last told of the rights that are missing. */
  private lacking = '';
  private isClosed = false;

  /**
   * @param clients Fail-fast ones, as `connectRedis` makes them; they are closed on shutdown.
   * @param prefix What all keys and channels begin with, so that deployments can share one Redis.
   */
  constructor(
    { commands, subscriber }: RedisClients,
    private readonly prefix = '',
  ) {
    super();
    this.commands = commands;
    this.subscriber = subscriber;
    this.subscriptions = new RedisSubscriptions(subscriber);
    defineScripts(commands);
  }

  async get(key: StateKey): Promise<string | undefined> {
    return (await this.answer(this.commands.get(this.key('value', key)))) ?? undefined;
  }

  async remaining(key: StateKey): Promise<number | undefined> {
    // Below 0: there is no such key. In its last millisecond 0 are left.
    const ttlMs = await this.answer(this.commands.pttl(this.key('value', key)));
    return ttlMs < 0 ? undefined : Math.max(1, ttlMs);
  }

  async set(key: StateKey, value: string, ttlMs: number): Promise<void> {
    await this.write('value', key, value, ttlMs);
  }

  async replace(
    key: StateKey,
    expected: string | undefined,
    value: string,
    ttlMs: number,
  ): Promise<boolean> {
    checkTimeToLive(ttlMs);
    const written = await this.answer(
      this.commands.stateReplace(
        this.key('value', key),
        this.index(key.scope),
        value,
        ttlMs,
        ...(expected === undefined ? [] : [expected]),
      ),
    );
    return written === 1;
  }

  async take(key: StateKey): Promise<string | undefined> {
    return (await this.answer(this.commands.getdel(this.key('value', key)))) ?? undefined;
  }

  async touch(scope: string, ttlMs: number): Promise<boolean> {
    checkTimeToLive(ttlMs);
    return (await this.answer(this.commands.stateTouch(this.index(scope), ttlMs))) === 1;
  }

  async visit(key: StateKey, ttlMs: number): Promise<string | undefined> {
    checkTimeToLive(ttlMs);
    const visited = this.commands.stateVisit(this.key('value', key), this.index(key.scope), ttlMs);
    return (await this.answer(visited)) ?? undefined;
  }

  async setBytes(key: StateKey, bytes: Uint8Array, ttlMs: number): Promise<void> {
    checkBytes(bytes);
    await this.write('bytes', key, Buffer.from(bytes), ttlMs);
  }

  async getBytes(key: StateKey): Promise<Buffer | undefined> {
    return (await this.answer(this.commands.getBuffer(this.key('bytes', key)))) ?? undefined;
  }

  async deleteBytes(key: StateKey): Promise<void> {
    await this.answer(this.commands.unlink(this.key('bytes', key)));
  }

  async drop(scope: string): Promise<void> {
    await this.answer(this.commands.stateDrop(this.index(scope)));
  }

  async append(
    key: StateKey,
    expectedLength: number,
    entries: readonly string[],
    ttlMs: number,
  ): Promise<AppendResult> {
    checkTimeToLive(ttlMs);
    const [appended, length, marked] = await this.answer(
      this.commands.stateAppend(
        this.key('log', key),
        this.key('mark', key),
        this.index(key.scope),
        expectedLength,
        ttlMs,
        this.key('channel', key),
        ...entries,
      ),
    );
    return { appended: appended === 1, length, marked: marked === 1 };
  }

  async read(key: StateKey, after: number, limit: number): Promise<string[]> {
    // LRANGE counts the last one in, and a last one of -1 is the list's end.
    const last = after + limit - 1;
    if (last < after) return [];
    return this.answer(this.commands.lrange(this.key('log', key), after, last));
  }

  async mark(key: StateKey, ttlMs: number): Promise<void> {
    await this.write('mark', key, '', ttlMs);
  }

  async increment(key: StateKey, by: number, ttlMs: number): Promise<Count> {
    checkTimeToLive(ttlMs);
    const [count, remainingMs] = await this.answer(
      this.commands.stateIncrement(this.key('count', key), by, ttlMs),
    );
    return { count, ttlMs: remainingMs };
  }

  async publish(key: StateKey, message: string): Promise<void> {
    await this.answer(this.commands.statePublish(this.key('channel', key), message));
  }

  async subscribe(key: StateKey, listener: (message: string) => void): Promise<Unsubscribe> {
    return this.answer(this.subscriptions.add(this.key('channel', key), listener));
  }

  async ping(): Promise<void> {
    try {
      await this.answer(
        tryRights({ commands: this.commands, subscriber: this.subscriber }, this.prefix),
      );
      this.lacking = '';
    } catch (error) {
      this.tellOfMissingRights(error);
      throw error;
    }
  }

  /** @throws DomainError `state_unavailable` when Redis does not answer within the time given. */
  async waitUntilReady(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      try {
        await this.ping();
        return;
      } catch (error) {
        if (performance.now() >= deadline) throw error;
        await sleep(READY_POLL_MS);
      }
    }
  }

  /** Warns when Redis may throw sessions away to make room. */
  async warnIfItEvicts(): Promise<void> {
    // CONFIG is refused by most hosted Redis; INFO says the same, and is rarely refused.
    const memory = await this.commands.info('memory').catch(() => '');
    const policy = /^maxmemory_policy:(.+)$/m.exec(memory)?.[1]?.trim() ?? 'noeviction';
    if (policy === 'noeviction') return;
    this.logger.warn(
      `Redis has maxmemory-policy ${policy}: short of memory it deletes live sessions and replies. Set it to noeviction.`,
    );
  }

  /** Once for each new lack, not at every probe. */
  private tellOfMissingRights(error: unknown): void {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof MissingRights) || cause.message === this.lacking) return;
    this.lacking = cause.message;
    this.logger.error(
      `Redis refuses this server: ${cause.message}. docs/operations.md has the ACL that works.`,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await Promise.all([close(this.commands), close(this.subscriber)]);
  }

  /** Waits for what Redis answers and names what went wrong. */
  private answer<Answer>(asked: Promise<Answer>): Promise<Answer> {
    return observedCommand(
      asked.catch((error: unknown) => {
        if (!this.isClosed) throw redisProblem(error);
        // Not an outage, which those who wait for its end would wait for.
        throw new DomainError('draining', 'This process ends.', { cause: error });
      }),
    );
  }

  private key(kind: StorageKind, key: StateKey): string {
    return this.prefix + storageKey(kind, key);
  }

  private index(scope: string): string {
    return this.prefix + indexKey(scope);
  }

  private async write(
    kind: 'value' | 'bytes' | 'mark',
    key: StateKey,
    content: string | Buffer,
    ttlMs: number,
  ): Promise<void> {
    checkTimeToLive(ttlMs);
    const record = this.key(kind, key);
    await this.answer(this.commands.stateSet(record, this.index(key.scope), content, ttlMs));
  }
}
