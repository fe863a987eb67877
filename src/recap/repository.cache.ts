import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Connection } from '../providers/connection.js';
import type { ConnectionCoverage } from '../providers/coverage.js';
import type { Repository } from '../providers/repository.js';
import { SharedWork } from '../providers/shared-work.js';
import { Memo } from '../state/memo.js';
import { openText, sealText } from '../state/sealed.text.js';
import { MAX_RECORD_BYTES } from '../state/shared-state.js';
import { type CredentialSeal, credentialSeal } from './credential.seal.js';

/** What one connection answered. */
export interface RepositoryReading {
  readonly repositories: readonly Repository[];
  readonly coverage: ConnectionCoverage;
  /** Why the connection could not be read at all. */
  readonly error?: unknown;
}

interface Readings {
  readonly readings: readonly RepositoryReading[];
  /** When they were kept, in milliseconds since the epoch; absent when they were read just now. */
  readonly keptAt?: number;
}
type KeptReadings = Required<Readings>;

const MAX_OPENED_CHARACTERS = 8 * 1024 * 1024;

interface CacheQuestion {
  readonly connections: readonly Connection[];
  /** Whether to read again, and keep that. */
  readonly refresh: boolean;
  readonly signal: AbortSignal;
}

/**
 * Keeps lists of repositories for those with the same credentials, sealed under these.
 * Lists that are not complete, or too long for one record, are not kept, and a cache that does not
 * answer is empty.
 */
@Injectable()
export class RepositoryCache implements OnApplicationShutdown {
  private readonly work = new SharedWork<Readings>();
  /** What a list said when it was last opened, by the name that only its credentials lead to. */
  private readonly opened = new Memo<{ sealed: string; kept: KeptReadings }>(MAX_OPENED_CHARACTERS);

  private readonly seals = new WeakMap<readonly Connection[], CredentialSeal>();

  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    private readonly environment: Environment,
  ) {}

  onApplicationShutdown(): void {
    this.opened.forget();
  }

  /** What is kept, or else what `read` answers: once for all in this process who ask at the same time. */
  async through(
    { connections, refresh, signal }: CacheQuestion,
    read: (signal: AbortSignal) => Promise<RepositoryReading[]>,
  ): Promise<Readings> {
    if (connections.length === 0) return { readings: [] };
    const seal = this.sealOf(connections);
    return this.work.join(`${seal.name} ${String(refresh)}`, signal, async (shared) => {
      const ttlMs = this.environment.REPOS_CACHE_SECONDS * 1000;
      if (ttlMs === 0) return { readings: await read(shared) };
      const kept = refresh ? undefined : await this.find(seal);
      if (kept && Date.now() - kept.keptAt < ttlMs) return kept;
      const readings = await read(shared);
      if (readings.every(({ coverage }) => coverage.status === 'complete')) {
        await this.keep(seal, readings, ttlMs);
      }
      return { readings };
    });
  }

  private sealOf(connections: readonly Connection[]): CredentialSeal {
    const known = this.seals.get(connections);
    if (known) return known;
    const seal = credentialSeal(connections, this.environment.JWT_SECRET_KEY[0] ?? '');
    this.seals.set(connections, seal);
    return seal;
  }

  private async find({ name, sealer }: CredentialSeal): Promise<KeptReadings | undefined> {
    try {
      const sealed: unknown = await this.cache.get(keyOf(name));
      if (typeof sealed !== 'string') return undefined;
      const opened = this.opened.get(name);
      if (opened?.sealed === sealed) return opened.kept;
      const text = await openText(sealer, sealed, keyOf(name));
      const kept = JSON.parse(text) as KeptReadings;
      this.opened.set(name, { sealed, kept }, text.length);
      return kept;
    } catch {
      // Not sealed by this server for these credentials: whoever put it there is not believed.
      return undefined;
    }
  }

  private async keep(
    { name, sealer }: CredentialSeal,
    readings: readonly RepositoryReading[],
    ttlMs: number,
  ): Promise<void> {
    const kept: KeptReadings = { readings, keptAt: Date.now() };
    const sealed = await sealText(sealer, JSON.stringify(kept), keyOf(name));
    // Everybody's commands would wait behind it, each time that it is read, too.
    if (sealed.length > MAX_RECORD_BYTES) return;
    await this.cache.set(keyOf(name), sealed, ttlMs);
  }
}

const keyOf = (name: string): string => `repositories:${name}`;
