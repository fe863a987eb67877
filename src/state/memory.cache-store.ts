const MAX_CHARACTERS = 64 * 1024 * 1024;

/** What the cache keeps its texts in without Redis: bounded; the longest unused go first. */
export class MemoryCacheStore {
  // A Map remembers the order of insertion: whatever is used is put at the end again.
  private readonly texts = new Map<string, string>();
  private characters = 0;

  /** @param bound Characters of all texts together; a longer one is not kept at all. */
  constructor(private readonly bound = MAX_CHARACTERS) {}

  get(key: string): string | undefined {
    const text = this.texts.get(key);
    if (text === undefined) return undefined;
    this.texts.delete(key);
    this.texts.set(key, text);
    return text;
  }

  set(key: string, text: string): void {
    this.delete(key);
    if (text.length > this.bound) return;
    this.texts.set(key, text);
    this.characters += text.length;
    for (const oldest of this.texts.keys()) {
      if (this.characters <= this.bound) return;
      this.delete(oldest);
    }
  }

  delete(key: string): boolean {
    this.characters -= this.texts.get(key)?.length ?? 0;
    return this.texts.delete(key);
  }

  clear(): void {
    this.texts.clear();
    this.characters = 0;
  }
}
