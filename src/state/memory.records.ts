import type { MemoryBudget } from './memory.budget.js';
import type { StateKey } from './shared-state.js';

interface Entry<Value> {
  value: Value;
  characters: number;
  /** On the clock of `performance.now()`, which nobody sets forward or back. */
  expiresAt: number;
}

/** Records of one kind that expire, grouped by scope so that touch and drop cost what the scope holds. */
export class MemoryRecords<Value> {
  private readonly scopes = new Map<string, Map<string, Entry<Value>>>();

  constructor(private readonly budget: MemoryBudget) {}

  get(key: StateKey): Readonly<Entry<Value>> | undefined {
    const entry = this.scopes.get(key.scope)?.get(key.name);
    if (!entry || entry.expiresAt > performance.now()) return entry;
    this.delete(key);
    return undefined;
  }

  /**
   * @param characters How much of the budget the value takes.
   * @throws DomainError `state_full`; what was there stays as it was.
   */
  put(key: StateKey, value: Value, characters: number, ttlMs: number): void {
    const before = this.get(key);
    if (before) this.budget.claim(characters - before.characters, 0);
    else this.budget.claim(keyCharacters(key) + characters, 1);

    const records = this.scopes.get(key.scope) ?? new Map<string, Entry<Value>>();
    records.set(key.name, { value, characters, expiresAt: performance.now() + ttlMs });
    this.scopes.set(key.scope, records);
  }

  delete(key: StateKey): void {
    const records = this.scopes.get(key.scope);
    const entry = records?.get(key.name);
    if (!records || !entry) return;
    this.budget.claim(-keyCharacters(key) - entry.characters, -1);
    records.delete(key.name);
    if (records.size === 0) this.scopes.delete(key.scope);
  }

  /** @returns whether anything of the scope is still alive. */
  touch(scope: string, ttlMs: number): boolean {
    this.removeExpired(scope);
    const entries = this.scopes.get(scope)?.values() ?? [];
    const expiresAt = performance.now() + ttlMs;
    for (const entry of entries) entry.expiresAt = expiresAt;
    return this.scopes.has(scope);
  }

  drop(scope: string): void {
    const names = this.scopes.get(scope)?.keys() ?? [];
    for (const name of names) this.delete({ scope, name });
  }

  /** Gives back the room of everything that has expired. */
  sweep(): void {
    for (const scope of this.scopes.keys()) this.removeExpired(scope);
  }

  private removeExpired(scope: string): void {
    const now = performance.now();
    for (const [name, { expiresAt }] of this.scopes.get(scope) ?? []) {
      if (expiresAt <= now) this.delete({ scope, name });
    }
  }
}

function keyCharacters({ scope, name }: StateKey): number {
  return scope.length + name.length;
}
