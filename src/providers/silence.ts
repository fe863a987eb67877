import type { DomainError } from '../errors/domain.error.js';

/**
 * Whether a provider still answers. Who waited for one answer until the time was over, while no other
 * came either, need not wait for all the others: a reading must end.
 */
export class Silence {
  private heardAt = performance.now();
  private failure?: DomainError;

  /** Why nothing more is to be asked; undefined as long as there are answers. */
  get reason(): DomainError | undefined {
    return this.failure;
  }

  /** @param begunAt When what ended now was begun, by `performance.now()`. */
  note(begunAt: number, error: DomainError | undefined): void {
    const now = performance.now();
    if (!error) this.heardAt = now;
    // What began beside it and was answered at once says little of the long time after that.
    else if (error.code === 'provider_timeout' && this.heardAt < (begunAt + now) / 2) {
      this.failure = error;
    }
  }
}
