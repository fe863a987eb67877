/** Values by name, bounded by what they weigh together; the longest unused go first. */
export class RecentlyUsed<Value> {
  // A Map remembers the order of insertion: whatever is used is put at the end again.
  private readonly entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  private weight = 0;

  /** @param bound Of all weights together; what weighs more than that is not kept at all. */
  constructor(private readonly bound: number) {}

  get(name: string): Value | undefined {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    this.entries.delete(name);
    this.entries.set(name, entry);
    return entry.value;
  }

  set(name: string, value: Value, weight: number): void {
    this.delete(name);
    if (weight > this.bound) return;
    this.entries.set(name, { value, weight });
    this.weight += weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.bound) return;
      this.delete(oldest);
    }
  }

  delete(name: string): boolean {
    this.weight -= this.entries.get(name)?.weight ?? 0;
    return this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
    this.weight = 0;
  }
}
