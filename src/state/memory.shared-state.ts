import type { OnApplicationShutdown } from '@nestjs/common';
import { ChannelListeners } from './channel.listeners.js';
import { type MemoryBounds, MemoryBudget } from './memory.budget.js';
import { MemoryRecords } from './memory.records.js';
import {
  type AppendResult,
  type Count,
  SharedState,
  type StateKey,
  type Unsubscribe,
} from './shared-state.js';
import { checkBytes, checkKey, checkScope, checkTimeToLive } from './state.rules.js';
import { storageKey } from './storage-key.js';

const BOUNDS: MemoryBounds = { characters: 256 * 1024 * 1024, keys: 200_000 };
const SWEEP_INTERVAL_MS = 1_000;

/** The state of a server that is alone: in this process, bounded, gone when it ends. */
export class MemorySharedState extends SharedState implements OnApplicationShutdown {
  private readonly values: MemoryRecords<string>;
  private readonly bytes: MemoryRecords<Buffer>;
  private readonly logs: MemoryRecords<string[]>;
  private readonly marks: MemoryRecords<true>;
  private readonly counters: MemoryRecords<number>;
  private readonly listeners = new ChannelListeners();
  private readonly sweeper: NodeJS.Timeout;

  constructor(bounds: Partial<MemoryBounds> = {}) {
    super();
    const budget = new MemoryBudget({ ...BOUNDS, ...bounds });
    this.values = new MemoryRecords(budget);
    this.bytes = new MemoryRecords(budget);
    this.logs = new MemoryRecords(budget);
    this.marks = new MemoryRecords(budget);
    this.counters = new MemoryRecords(budget);
    this.sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  async get(key: StateKey): Promise<string | undefined> {
    checkKey(key);
    return this.values.get(key)?.value;
  }

  async remaining(key: StateKey): Promise<number | undefined> {
    checkKey(key);
    const entry = this.values.get(key);
    return entry && remainingOf(entry);
  }

  async set(key: StateKey, value: string, ttlMs: number): Promise<void> {
    checkWrite(key, ttlMs);
    this.values.put(key, value, value.length, ttlMs);
  }

  async replace(
    key: StateKey,
    expected: string | undefined,
    value: string,
    ttlMs: number,
  ): Promise<boolean> {
    checkWrite(key, ttlMs);
    if (this.values.get(key)?.value !== expected) return false;
    this.values.put(key, value, value.length, ttlMs);
    return true;
  }

  async take(key: StateKey): Promise<string | undefined> {
    checkKey(key);
    const value = this.values.get(key)?.value;
    this.values.delete(key);
    return value;
  }

  async touch(scope: string, ttlMs: number): Promise<boolean> {
    checkScope(scope);
    checkTimeToLive(ttlMs);
    const touched = this.scoped.map((kind) => kind.touch(scope, ttlMs));
    return touched.includes(true);
  }

  async visit(key: StateKey, ttlMs: number): Promise<string | undefined> {
    checkKey(key);
    await this.touch(key.scope, ttlMs);
    return this.values.get(key)?.value;
  }

  async setBytes(key: StateKey, bytes: Uint8Array, ttlMs: number): Promise<void> {
    checkWrite(key, ttlMs);
    checkBytes(bytes);
    // A copy: whoever wrote them may go on using theirs.
    this.bytes.put(key, Buffer.from(bytes), bytes.byteLength, ttlMs);
  }

  async getBytes(key: StateKey): Promise<Buffer | undefined> {
    checkKey(key);
    return this.bytes.get(key)?.value;
  }

  async deleteBytes(key: StateKey): Promise<void> {
    checkKey(key);
    this.bytes.delete(key);
  }

  async drop(scope: string): Promise<void> {
    checkScope(scope);
    for (const kind of this.scoped) kind.drop(scope);
  }

  async append(
    key: StateKey,
    expectedLength: number,
    entries: readonly string[],
    ttlMs: number,
  ): Promise<AppendResult> {
    checkWrite(key, ttlMs);
    const before = this.logs.get(key);
    const log = before?.value ?? [];
    const marked = this.marks.get(key) !== undefined;
    if (log.length !== expectedLength) return { appended: false, length: log.length, marked };
    if (entries.length === 0) return { appended: true, length: log.length, marked };

    const added = entries.reduce((sum, entry) => sum + entry.length, 0);
    this.logs.put(key, log, (before?.characters ?? 0) + added, ttlMs);
    for (const entry of entries) log.push(entry);
    this.announce(key, String(log.length));
    return { appended: true, length: log.length, marked };
  }

  async read(key: StateKey, after: number, limit: number): Promise<string[]> {
    checkKey(key);
    return this.logs.get(key)?.value.slice(after, after + limit) ?? [];
  }

  async mark(key: StateKey, ttlMs: number): Promise<void> {
    checkWrite(key, ttlMs);
    this.marks.put(key, true, 0, ttlMs);
  }

  async increment(key: StateKey, by: number, ttlMs: number): Promise<Count> {
    checkWrite(key, ttlMs);
    const before = this.counters.get(key);
    const count = (before?.value ?? 0) + by;
    const remainingMs = before ? remainingOf(before) : ttlMs;
    this.counters.put(key, count, 0, remainingMs);
    return { count, ttlMs: remainingMs };
  }

  async publish(key: StateKey, message: string): Promise<void> {
    this.announce(key, message);
  }

  async subscribe(key: StateKey, listener: (message: string) => void): Promise<Unsubscribe> {
    const leave = this.listeners.add(storageKey('channel', key), listener);
    return async () => void leave();
  }

  async ping(): Promise<void> {
    // Memory always answers.
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper);
  }

  /** What is touched and dropped with its scope. */
  private get scoped(): readonly MemoryRecords<unknown>[] {
    return [this.values, this.bytes, this.logs, this.marks];
  }

  /** Later and in order, as a message from another process would come. */
  private announce(key: StateKey, message: string): void {
    const channel = storageKey('channel', key);
    setImmediate(() => this.listeners.deliver(channel, message));
  }

  private sweep(): void {
    for (const kind of [...this.scoped, this.counters]) kind.sweep();
  }
}

/** In whole milliseconds, as a time-to-live is. */
const remainingOf = ({ expiresAt }: { readonly expiresAt: number }): number =>
  Math.max(1, Math.ceil(expiresAt - performance.now()));

function checkWrite(key: StateKey, ttlMs: number): void {
  checkKey(key);
  checkTimeToLive(ttlMs);
}
