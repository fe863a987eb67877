import { partsOf } from './scope.js';
import type { Unit } from './unit.js';

/** Changes that one bullet tells: a reader takes in no more at a glance. */
export const TOLD = 3;
/** What shares a place is a better story than what shares a kind. */
const SAME_SCOPE = 1.1;
/** Readers hear of every place before they hear more of one, and all the more of every repository. */
const SCOPE_AGAIN = 0.85;
const NEW_REPOSITORY = 2;
/** A place in which so much of everything is, or that is so deep, tells readers nothing by itself. */
const WIDEST_SHARE = 6;
const NARROW_ENOUGH = 5;
const PARTS_SHARED = 3;
/** What shares nothing but its repository is hardly a story. */
const SAME_REPOSITORY = 0.9;

/** How much units matter. */
export interface Ranking {
  readonly weightOf: (unit: Unit) => number;
}

/** The units that are left, by what they may share: a scope, the first part of it, a kind. */
export class UnitGroups {
  private readonly members = new Map<string, Unit[]>();
  private readonly toldScopes = new Set<string>();
  private readonly toldRepositories = new Set<string>();
  private readonly left: Set<Unit>;

  constructor(
    ranked: readonly Unit[],
    private readonly ranking: Ranking,
  ) {
    this.left = new Set(ranked);
    const isOne = new Set(ranked.map(({ repository }) => repository.id)).size === 1;
    for (const unit of ranked) {
      for (const key of keysOf(unit)) this.add(key, unit);
      if (!isOne) this.add(`repository\n${unit.repository.id}`, unit);
    }
    const widest = Math.max(NARROW_ENOUGH, ranked.length / WIDEST_SHARE);
    for (const [key, { length }] of this.members) {
      if (key.startsWith('part') && length > widest) this.members.delete(key);
    }
  }

  get size(): number {
    return this.left.size;
  }

  get rest(): Unit[] {
    return [...this.left];
  }

  /**
   * The three heaviest of the group in which these weigh most, and whether a place is what they share;
   * they are left no more.
   */
  takeBest(): { units: readonly Unit[]; isPlace: boolean } {
    let best: { key: string; units: readonly Unit[] } = { key: '', units: [] };
    let most = -1;
    for (const [key, members] of this.members) {
      const units = this.toldOf(members);
      const weight = units.reduce((sum, unit) => sum + this.ranking.weightOf(unit), 0);
      const worth = weight * this.noveltyOf(key, units);
      if (units.length > 0 && worth > most) {
        most = worth;
        best = { key, units };
      }
    }
    this.toldScopes.add(best.key);
    for (const unit of best.units) {
      this.left.delete(unit);
      this.toldRepositories.add(unit.repository.id);
    }
    return { units: best.units, isPlace: best.key.startsWith('part') };
  }

  private noveltyOf(key: string, [first, ...others]: readonly Unit[]): number {
    const isNew = first && !this.toldRepositories.has(first.repository.id);
    return (isNew ? NEW_REPOSITORY : 1) * this.storyOf(key, others.length);
  }

  private storyOf(key: string, others: number): number {
    if (key.startsWith('kind')) return 1;
    if (key.startsWith('repository')) return SAME_REPOSITORY;
    if (this.toldScopes.has(key)) return SCOPE_AGAIN;
    return others > 0 ? SAME_SCOPE : 1;
  }

  /** What is gone already is dropped, so that it is passed over once. */
  private toldOf(members: Unit[]): readonly Unit[] {
    const told: Unit[] = [];
    for (let index = 0; index < members.length && told.length < TOLD; index += 1) {
      const unit = members[index];
      if (unit && this.left.has(unit)) told.push(unit);
      else members.splice(index--, 1);
    }
    return told;
  }

  private add(key: string, unit: Unit): void {
    const members = this.members.get(key);
    if (members) members.push(unit);
    else this.members.set(key, [unit]);
  }
}

/** Folders in which there is everything. */
const CONTAINERS = new Set('app apps builtin cmd internal lib libs packages pkg src'.split(' '));

const keysOf = ({ repository, subject, open }: Unit): string[] => {
  const { scope, kind, breaking } = subject;
  const sort = breaking ? 'breaking' : kind;
  const shared = `kind\n${repository.id}\n${sort}\n${open}`;
  if (scope === undefined || breaking) return [shared];
  const parts = partsOf(scope.toLowerCase()).slice(0, PARTS_SHARED);
  const places = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  return [
    shared,
    `scope\n${repository.id}\n${scope.toLowerCase()}`,
    ...places
      .filter((place) => !CONTAINERS.has(place))
      .map((place) => `part\n${repository.id}\n${place}`),
  ];
};
