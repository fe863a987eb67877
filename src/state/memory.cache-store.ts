import { RecentlyUsed } from './recently-used.js';

const MAX_CHARACTERS = 64 * 1024 * 1024;

/** What the cache keeps its texts in without Redis: bounded; the longest unused go first. */
export class MemoryCacheStore {
  private readonly texts: RecentlyUsed<string>;

  /** @param bound Characters of all texts together; a longer one is not kept at all. */
  constructor(bound = MAX_CHARACTERS) {
    this.texts = new RecentlyUsed(bound);
  }

  get(key: string): string | undefined {
    return this.texts.get(key);
  }

  set(key: string, text: string): void {
    this.texts.set(key, text, text.length);
  }

  delete(key: string): boolean {
    return this.texts.delete(key);
  }

  clear(): void {
    this.texts.clear();
  }
}
