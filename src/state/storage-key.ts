import type { StateKey } from './shared-state.js';
import { checkKey, checkScope } from './state.rules.js';

/** What a key holds. Each kind has names of its own: a value never meets a log of the same name. */
export type StorageKind = 'value' | 'bytes' | 'log' | 'mark' | 'count' | 'channel';

/**
 * The key as a store writes it. Redis Cluster hashes only what stands in the braces, so a scope is
 * on one node: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 * @throws RangeError when the key is not valid.
 */
export function storageKey(kind: StorageKind, key: StateKey): string {
  checkKey(key);
  return `{${key.scope}}:${kind}:${key.name}`;
}

/**
 * Where a store keeps the list of the scope's keys.
 * @throws RangeError when the scope is not valid.
 */
export function indexKey(scope: string): string {
  checkScope(scope);
  return `{${scope}}:index`;
}
