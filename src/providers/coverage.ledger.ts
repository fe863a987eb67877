import type { ActionType } from './action.js';
import type { RepositoryCoverage } from './coverage.js';
import type { Repository } from './repository.js';
import type { Gap, Step } from './step.js';

/** Keeps count of what is still to be read of each repository, and of what was missed. */
export class CoverageLedger {
  /** How many repositories there are in all. */
  readonly size: number;
  private readonly unreported: Map<string, Repository>;
  private readonly open = new Map<string, number>();
  private readonly gaps = new Map<string, Gap[]>();
  private readonly gapsEverywhere: Gap[] = [];
  private openEverywhere = 0;

  constructor(
    repositories: readonly Repository[],
    private readonly kinds: readonly ActionType[],
  ) {
    this.unreported = new Map(repositories.map((repository) => [repository.id, repository]));
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
      this.gaps.set(id, [...(this.gaps.get(id) ?? []), gap]);
    }
  }

  /** The repositories of which nothing is left to be read, each once. */
  takeEnded(): RepositoryCoverage[] {
    if (this.openEverywhere > 0) return [];
    return this.take(({ id }) => !this.open.get(id));
  }

  /**
   * All that have not been reported yet, when the reading ends before it is done.
   * @param total Nothing was read at all; else it may have been some of any of them.
   */
  giveUp(reason: string, total: boolean): RepositoryCoverage[] {
    this.miss({ kinds: this.kinds, reason, total });
    return this.take(() => true);
  }

  private take(which: (repository: Repository) => boolean): RepositoryCoverage[] {
    const taken = [...this.unreported.values()].filter(which);
    for (const { id } of taken) this.unreported.delete(id);
    return taken.map((repository) => this.coverageOf(repository));
  }

  private count({ repositories }: Step, by: number): void {
    if (!repositories) this.openEverywhere += by;
    for (const id of repositories ?? []) this.open.set(id, (this.open.get(id) ?? 0) + by);
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
