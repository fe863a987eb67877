import type { Load } from './load.js';
import type { Stage, StageOptions } from './stage.js';

/** How much is going on. */
export interface Size {
  readonly pods: number;
  readonly readers: number;
  readonly requestsPerSecond: number;
  readonly secondsPerReply: number;
}

/** Something that befalls a stage while it is under load; nothing may be lost by it. */
export interface Scenario {
  readonly name: string;
  /** A stage that differs from the usual. */
  readonly stage?: () => Promise<Partial<StageOptions>>;
  /** Statuses of requests that are no failures here, as the store is away for a while. */
  readonly tolerated?: readonly number[];
  /** Where the load goes instead of to haproxy. @returns what ends it. */
  readonly entrance?: (url: string) => Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** The pods live through it, and are to hold in the end what they held before. */
  readonly leavesNothing?: true;
  play(stage: Stage): Promise<void>;
  /** What else has to be true in the end. @throws AssertionError */
  readonly expect?: (load: Load) => void;
}
