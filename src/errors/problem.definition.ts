export interface ProblemDefinition {
  /** Of HTTP. */
  readonly status: number;
  readonly title: string;
  /** The next step for whoever reads the problem. */
  readonly hint: string;
}

/** A table of problems, its keys kept as types. */
export const define = <const T extends Record<string, ProblemDefinition>>(table: T): T => table;
