/** `[since, until)`. */
export interface TimeWindow {
  readonly since: Date;
  readonly until: Date;
}

/** Git's commit dates and most searches count whole seconds. */
const SECOND = 1_000;

export function isWithin({ since, until }: TimeWindow, instant: string): boolean {
  const time = Date.parse(instant);
  return time >= since.getTime() && time < until.getTime();
}

/** ISO 8601 in UTC without a fraction, as GitHub and GitLab take it, rounded down to the second. */
export function toSeconds(date: Date): string {
  const whole = new Date(Math.floor(date.getTime() / SECOND) * SECOND);
  return whole.toISOString().replace('.000Z', 'Z');
}

/** Two windows that meet in the middle, at a whole second; undefined where there is no middle. */
export function halve({ since, until }: TimeWindow): [TimeWindow, TimeWindow] | undefined {
  const middle = Math.floor((since.getTime() + until.getTime()) / 2 / SECOND) * SECOND;
  if (middle <= since.getTime()) return undefined;
  const between = new Date(middle);
  return [
    { since, until: between },
    { since: between, until },
  ];
}
