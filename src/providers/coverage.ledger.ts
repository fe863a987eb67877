import type { ActionType } from './action.js';
import type { RepositoryCoverage } from './coverage.js';
import type { Repository } from './repository.js';
import type { Gap, Step } from './step.js';

/** Keeps count of what is still to be read of each repository, and of what was missed. */
export class CoverageLedger {
  /** How many repositories there are in all. */
  readonly size: number;
  private readonly unreported: Map<string, Repository>;
  /** Of these, the ones of which nothing is left to be read. */
  private readonly ended: Set<string>;
  private readonly open = new Map<string, number>();
  private readonly gaps = new Map<string, Gap[]>();
  private readonly gapsEverywhere: Gap[] = [];
  private openEverywhere = 0;

  constructor(
    repositories: readonly Repository[],
    private readonly kinds: readonly ActionType[],
  ) {
    this.unreported = new Map(repositories.map((repository) => [repository.id, repository]));
    this.ended = new Set(this.unreported.keys());
    this.size = this.unreported.size;
  }

  expect(step: Step): void {
    this.count(step, 1);
  }

  settle(step: Step): void {
    this.count(step, -1);
  }

  miss(gap: Gap): void {
    if (!gap.repositories) this.gapsEverywhere.push(gap);
    for (const id of gap.repositories ?? []) {
      const gaps = this.gaps.get(id);
      if (gaps) gaps.push(gap);
      else this.gaps.set(id, [gap]);
    }
  }

  /** The repositories of which nothing is left to be read, each once. */
  takeEnded(): RepositoryCoverage[] {
    if (this.openEverywhere > 0) return [];
    return this.take([...this.ended]);
  }

  /**
   * All that have not been reported yet, when the reading ends before it is done.
   * @param total Nothing was read at all; else it may have been some of any of them.
   */
  giveUp(reason: string, total: boolean): RepositoryCoverage[] {
    this.miss({ kinds: this.kinds, reason, total });
    return this.take([...this.unreported.keys()]);
  }

  private take(ids: readonly string[]): RepositoryCoverage[] {
    const taken = ids.map((id) => this.unreported.get(id)).filter((one) => one !== undefined);
    for (const id of ids) {
      this.ended.delete(id);
      this.unreported.delete(id);
    }
    return taken.map((repository) => this.coverageOf(repository));
  }

  private count({ repositories }: Step, by: number): void {
    if (!repositories) this.openEverywhere += by;
    for (const id of repositories ?? []) {
      const open = (this.open.get(id) ?? 0) + by;
      this.open.set(id, open);
      if (open === 0) this.ended.add(id);
      else this.ended.delete(id);
    }
  }

  private coverageOf({ id, fullName }: Repository): RepositoryCoverage {
    const gaps = [...(this.gaps.get(id) ?? []), ...this.gapsEverywhere];
    if (gaps.length === 0) return { id, fullName, status: 'complete' };
    const lost = new Set(gaps.filter(({ total }) => total).flatMap(({ kinds }) => kinds));
    return {
      id,
      fullName,
      status: this.kinds.every((kind) => lost.has(kind)) ? 'failed' : 'partial',
      kinds: [...new Set(gaps.flatMap(({ kinds }) => kinds))],
      reason: [...new Set(gaps.map(({ reason }) => reason))].join('; '),
    };
  }
}
