/** What stands where a commit was named as a parent and not read itself. */
const UNREAD = 0xffff_ffff;
/** Dates are kept in seconds since 1970 as far as 32 bits go, to 2106. */
const LAST_SECOND = 0xffff_ffff;
const FIRST_CAPACITY = 1_024;
const HEXADECIMAL = /^[\da-f]+$/;

/**
 * Commits with their dates and parents, in about 60 bytes each. It only grows: commits never change,
 * and whether one counts is asked anew each time, from the tips of that moment. Commits go by small
 * numbers, given in the order in which they are named first.
 */
export class CommitGraph {
  private count = 0;
  private hashes = Buffer.alloc(0);
  private dates = new Uint32Array(0);
  private newest = new Uint32Array(0);
  private firstEdges = new Uint32Array(0);
  private edgeCounts = new Uint32Array(0);
  private edges = new Uint32Array(FIRST_CAPACITY);
  private edgeCount = 0;
  /** Open addressing by the first bytes of the hash, which are as good as random; numbers from 1. */
  private slots = new Uint32Array(0);

  /** @param hashBytes 20, or 32 in a repository of SHA-256. */
  constructor(private readonly hashBytes: number) {}

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    const arrays = [this.dates, this.newest, this.firstEdges, this.edgeCounts, this.edges];
    return [...arrays, this.slots].reduce(
      (sum, { byteLength }) => sum + byteLength,
      this.hashes.length,
    );
  }

  /**
   * Adds a commit, once. What is no hash in a damaged one names no parent.
   * @param date Seconds since 1970 as git reads them; 0 where it cannot.
   */
  add(hash: string, date: number, parents: readonly string[]): number {
    const commit = this.numberOf(hash);
    if (this.isRead(commit)) return commit;
    const numbers = parents
      .filter((parent) => this.isHash(parent))
      .map((parent) => this.numberOf(parent));
    this.dates[commit] = Math.min(date, LAST_SECOND);
    this.firstEdges[commit] = this.edgeCount;
    this.edgeCounts[commit] = numbers.length;
    for (const number of numbers) this.addEdge(number);
    return commit;
  }

  /**
   * Learns how new the newest ancestor of each of these is, so that a walk can leave out what holds
   * nothing new enough, whatever the dates on the way say. Parents are best given last.
   */
  settle(commits: Uint32Array): void {
    for (let changed = true; changed;) {
      changed = false;
      for (let index = commits.length - 1; index >= 0; index -= 1) {
        const commit = commits[index] ?? 0;
        let newest = this.isDated(commit) ? (this.dates[commit] ?? 0) : LAST_SECOND;
        for (const parent of this.parentsOf(commit)) {
          newest = Math.max(newest, this.newest[parent] ?? 0);
        }
        if (newest === this.newest[commit]) continue;
        this.newest[commit] = newest;
        changed = true;
      }
    }
  }

  /** The numbers of all that have been read. */
  get all(): Uint32Array {
    const numbers = Uint32Array.from({ length: this.count }, (_, commit) => commit);
    return numbers.filter((commit) => this.isRead(commit));
  }

  /** The hashes of those that were named as parents and not read themselves. */
  get unread(): string[] {
    const hashes: string[] = [];
    for (let commit = 0; commit < this.count; commit += 1) {
      if (!this.isRead(commit)) hashes.push(this.hashOf(commit));
    }
    return hashes;
  }

  /** Its number, where it has been read. */
  find(hash: string): number | undefined {
    if (!this.isHash(hash)) return undefined;
    const commit = this.slots.length === 0 ? 0 : (this.slots[this.slotOf(hash)] ?? 0);
    return commit > 0 && this.isRead(commit - 1) ? commit - 1 : undefined;
  }

  isRead(commit: number): boolean {
    return this.firstEdges[commit] !== UNREAD;
  }

  hashOf(commit: number): string {
    return this.hashes.toString('hex', commit * this.hashBytes, (commit + 1) * this.hashBytes);
  }

  /** Seconds since 1970; what it means only if {@link isDated}. */
  dateOf(commit: number): number {
    return this.dates[commit] ?? 0;
  }

  /** Whether git could read the date, and it fits. */
  isDated(commit: number): boolean {
    const date = this.dates[commit] ?? 0;
    return date > 0 && date < LAST_SECOND;
  }

  /** Whether it, or an ancestor, may be as new as that. */
  reaches(commit: number, seconds: number): boolean {
    return (this.newest[commit] ?? 0) >= seconds;
  }

  parentsOf(commit: number): Uint32Array {
    if (!this.isRead(commit)) return this.edges.subarray(0, 0);
    const first = this.firstEdges[commit] ?? 0;
    return this.edges.subarray(first, first + (this.edgeCounts[commit] ?? 0));
  }

  private isHash(text: string): boolean {
    return text.length === 2 * this.hashBytes && HEXADECIMAL.test(text);
  }

  private numberOf(hash: string): number {
    if (2 * (this.count + 1) > this.slots.length) this.grow();
    const slot = this.slotOf(hash);
    const known = this.slots[slot] ?? 0;
    if (known > 0) return known - 1;
    this.hashes.write(hash, this.count * this.hashBytes, this.hashBytes, 'hex');
    this.firstEdges[this.count] = UNREAD;
    this.count += 1;
    this.slots[slot] = this.count;
    return this.count - 1;
  }

  /** Where it stands, or is to be put. */
  private slotOf(hash: string): number {
    const bytes = Buffer.from(hash, 'hex');
    const mask = this.slots.length - 1;
    for (let slot = bytes.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const commit = this.slots[slot] ?? 0;
      if (commit === 0) return slot;
      const start = (commit - 1) * this.hashBytes;
      if (bytes.compare(this.hashes, start, start + this.hashBytes) === 0) return slot;
    }
  }

  private addEdge(parent: number): void {
    if (this.edgeCount === this.edges.length) this.edges = enlarged(this.edges);
    this.edges[this.edgeCount] = parent;
    this.edgeCount += 1;
  }

  private grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.slots.length);
    const hashes = Buffer.alloc(capacity * this.hashBytes);
    this.hashes.copy(hashes);
    this.hashes = hashes;
    this.dates = enlarged(this.dates, capacity);
    this.newest = enlarged(this.newest, capacity);
    this.firstEdges = enlarged(this.firstEdges, capacity);
    this.edgeCounts = enlarged(this.edgeCounts, capacity);
    this.slots = new Uint32Array(2 * capacity);
    for (let commit = 0; commit < this.count; commit += 1) {
      this.slots[this.slotOf(this.hashOf(commit))] = commit + 1;
    }
  }
}

function enlarged(array: Uint32Array, length = 2 * array.length): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}
