import { type Problem, ProblemError } from './problem.error.js';
import type { RecapRequest } from './recap.request.js';
import type { Coverage } from './reply.stream.js';
import type { Source } from './repository.locator.js';

/** What signing in gives. */
export interface Grant {
  readonly sessionId: string;
  readonly accessToken: string;
}

export interface ActionCount {
  readonly number: number;
  /** Whether that is all of them: counting ends at 1000. */
  readonly isAll: boolean;
}

export interface NewestAction {
  /** ISO 8601. */
  readonly timestamp?: string;
  /** Why that there is none may not be true. */
  readonly gap?: string;
}

/** Which actions are asked for, as GET /actions takes it. */
export type ActionFilter = Omit<RecapRequest, 'bullets' | 'style'>;

interface Actions {
  readonly actions: readonly { readonly timestamp: string }[];
  readonly coverage: Coverage;
  readonly nextCursor?: string;
}

const COUNTED_AT_MOST = 1_000;

/**
 * Talks to the server as any client does. Every method throws `ProblemError`, `TypeError` when the
 * server cannot be reached, or the signal's reason.
 */
export class ApiClient {
  private token?: string;

  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  async signIn(source: Source['request']): Promise<Grant> {
    const grant = await this.call<Grant>('/clone', {
      method: 'POST',
      body: JSON.stringify(source),
    });
    this.token = grant.accessToken;
    return grant;
  }

  /** When something was last committed or pushed (ISO 8601), where the repository tells. */
  async pushedAt(): Promise<string | undefined> {
    const { repositories } = await this.call<{ repositories: { pushedAt?: string }[] }>('/repos');
    return repositories[0]?.pushedAt;
  }

  /** How many actions a recap is made of, as far as it is worth counting. */
  async countActions(filter: ActionFilter): Promise<ActionCount> {
    const { actions, nextCursor } = await this.actions(filter, COUNTED_AT_MOST);
    return { number: actions.length, isAll: nextCursor === undefined };
  }

  /** The newest action that matches, and, where there is none, what could not be read. */
  async newestAction(filter: ActionFilter): Promise<NewestAction> {
    const { actions, coverage } = await this.actions(filter, 1);
    if (actions[0]) return { timestamp: actions[0].timestamp };
    const gap = [...coverage.connections, ...coverage.repositories].find(
      ({ status, reason }) => status !== 'complete' && reason !== undefined,
    );
    return { gap: gap?.reason };
  }

  private async actions(filter: ActionFilter, limit: number): Promise<Actions> {
    const { since, until, window, timeZone, author, includeBots } = filter;
    const query = new URLSearchParams({ limit: String(limit), timeZone });
    for (const [name, value] of Object.entries({ since, until, window })) {
      if (value) query.set(name, value);
    }
    if (includeBots) query.set('includeBots', 'true');
    for (const name of author ?? []) query.append('author', name);
    return this.call<Actions>(`/actions?${query.toString()}`);
  }

  private async call<T>(path: string, request: RequestInit = {}): Promise<T> {
    const response = await fetch(this.url + path, {
      ...request,
      signal: this.signal,
      headers: {
        'content-type': 'application/json',
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ProblemError(answer as Problem);
    return answer as T;
  }
}
