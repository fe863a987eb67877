import { MAX_RECORD_BYTES, type StateKey } from './shared-state.js';

// A lone surrogate has no UTF-8 form: two keys that differ in one would be the same key in a store.
const SCOPE = /^[^{}\p{Surrogate}]+$/u;
const NAME = /^\P{Surrogate}+$/u;

/** @throws RangeError when the scope is empty, ill-formed, or holds a brace. */
export function checkScope(scope: string): void {
  if (SCOPE.test(scope)) return;
  throw new RangeError('a scope is well-formed text, not empty, without braces');
}

/** @throws RangeError when the scope is not valid, or the name is empty or ill-formed. */
export function checkKey({ scope, name }: StateKey): void {
  checkScope(scope);
  if (NAME.test(name)) return;
  throw new RangeError('a name is well-formed text, not empty');
}

/** @throws RangeError when it is not a whole number of milliseconds, at least 1. */
export function checkTimeToLive(ttlMs: number): void {
  if (Number.isSafeInteger(ttlMs) && ttlMs >= 1) return;
  throw new RangeError('a time-to-live is a whole number of milliseconds, at least 1');
}

/** @throws RangeError when they are more than one record may hold. */
export function checkBytes({ byteLength }: Uint8Array): void {
  if (byteLength <= MAX_RECORD_BYTES) return;
  throw new RangeError(`a record holds at most ${String(MAX_RECORD_BYTES)} bytes`);
}
