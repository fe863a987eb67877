/** What went wrong, as the reader of a terminal needs it. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly hint?: string;
  readonly errors?: readonly { readonly message: string }[];
}

/** A problem that the server answered with, or that was found before asking it. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
  }
}

/** Any error as a problem to print. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The recap could not be written', detail };
}

/** What is wrong, why, and what to do now, a line each. */
export function describeProblem({ title, detail, errors, hint }: Problem): string {
  const lines = [
    title,
    ...(detail === title ? [] : [detail]),
    ...(errors ?? []).map(({ message }) => `- ${message}`),
    ...(hint ? [hint] : []),
  ];
  return `${lines.join('\n')}\n`;
}
