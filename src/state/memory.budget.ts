import { DomainError } from '../errors/domain.error.js';

export interface MemoryBounds {
  /** Of all scopes, names and values together; a byte counts as one. */
  readonly characters: number;
  readonly keys: number;
}

/** Keeps count of what is held in memory, and refuses what would go over its bounds. */
export class MemoryBudget {
  private characters = 0;
  private keys = 0;

  constructor(private readonly bounds: MemoryBounds) {}

  /**
   * Takes room, or gives it back when negative.
   * @throws DomainError `state_full`; nothing is taken then.
   */
  claim(characters: number, keys: number): void {
    const isOver =
      (characters > 0 && this.characters + characters > this.bounds.characters) ||
      (keys > 0 && this.keys + keys > this.bounds.keys);
    if (isOver) {
      throw new DomainError('state_full', 'This server holds as much in memory as it may.');
    }
    this.characters += characters;
    this.keys += keys;
  }
}
