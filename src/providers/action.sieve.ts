import type { Action, ActionQuery } from './action.js';
import { isOfBotsOnly } from './bot.js';
import type { People } from './people.js';
import { isWithin } from './time-window.js';

/** Lets through what answers a question: the right time, people and places, and each action once. */
export class ActionSieve {
  private readonly seen = new Set<string>();
  private bots = 0;

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

  /** How many actions of bots were left out since this was asked last. */
  takeBots(): number {
    const { bots } = this;
    this.bots = 0;
    return bots;
  }

  private isWanted(action: Action): boolean {
    const { id, repository, timestamp, author, coAuthors } = action;
    if (this.places && !this.places.has(repository.id)) return false;
    if (!isWithin(this.query, timestamp)) return false;
    if (!this.people.include([author, ...coAuthors])) return false;
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    if (this.query.includeBots || !isOfBotsOnly(action)) return true;
    this.bots += 1;
    return false;
  }
}
