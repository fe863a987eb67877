/** One number that a bench has found. */
export interface BenchRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is meant to be, as text: `≤ 1.6`. */
  readonly aim?: string;
  /** What ran beside it. */
  readonly against?: string;
}

/** Shows the rows, and appends them as JSON lines to the file that BENCH_RESULTS names. */
export function report(bench: string, rows: readonly BenchRow[]): void;
