import { type Problem, ProblemError } from './problem.error.js';
import type { RecapRequest } from './recap.request.js';
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

interface Actions {
  readonly actions: readonly { readonly timestamp: string }[];
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

  /** When the newest commit was made (ISO 8601); undefined where there is none. */
  async newestInstant(): Promise<string | undefined> {
    const { repositories } = await this.call<{ repositories: { pushedAt?: string }[] }>('/repos');
    return repositories[0]?.pushedAt ?? (await this.newestAction());
  }

  /** How many actions a recap is made of, as far as it is worth counting. */
  async countActions(filter: RecapRequest): Promise<ActionCount> {
    const { since, until, timeZone, author } = filter;
    const query = new URLSearchParams({ limit: String(COUNTED_AT_MOST), timeZone });
    if (since) query.set('since', since);
    if (until) query.set('until', until);
    for (const name of author ?? []) query.append('author', name);
    const { actions, nextCursor } = await this.call<Actions>(`/actions?${query.toString()}`);
    return { number: actions.length, isAll: nextCursor === undefined };
  }

  /** Not every host tells when something was pushed. */
  private async newestAction(): Promise<string | undefined> {
    const query = new URLSearchParams({ limit: '1', since: '1970-01-02', includeBots: 'true' });
    const { actions } = await this.call<Actions>(`/actions?${query.toString()}`);
    return actions[0]?.timestamp;
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
