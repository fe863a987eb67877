/** What a reading says besides the actions. */
export class ReadingReport {
  /** What is missing, in words for people. */
  readonly gaps: string[] = [];
  /** Names that were asked for and found. */
  readonly matched = new Set<string>();
  /** Actions of bots that were left out. */
  bots = 0;
}
