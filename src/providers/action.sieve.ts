import type { Action, ActionQuery } from './action.js';
import type { People } from './people.js';
import { isWithin } from './time-window.js';

/** Lets through what answers a question: the right time, people and places, and each action once. */
export class ActionSieve {
  private readonly seen = new Set<string>();

  /** @param places The ids of the repositories whose actions count; absent: those of any. */
  constructor(
    private readonly query: ActionQuery,
    private readonly people: People,
    private readonly places?: ReadonlySet<string>,
  ) {}

  /** What was found comes in any order and overlaps: pages may begin with what the last one ended with. */
  sift(found: readonly Action[]): Action[] {
    return found.filter((action) => this.isWanted(action));
  }

  private isWanted({ id, repository, timestamp, author, coAuthors }: Action): boolean {
    if (this.places && !this.places.has(repository.id)) return false;
    if (!isWithin(this.query, timestamp)) return false;
    if (author.bot && !this.query.includeBots) return false;
    if (!this.people.include([author, ...coAuthors])) return false;
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    return true;
  }
}
