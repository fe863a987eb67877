import { Octokit } from '@octokit/rest';
import { AnswerReader } from '../http/answer.reader.js';
import type { OutboundHttp } from '../http/outbound-http.js';
import { githubError } from './github.error.js';
import { isSecondaryLimit } from './github.limits.js';

export const GITHUB = 'GitHub';

/** Octokit would write to the console; what is worth knowing is in the errors. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export interface GithubAccess {
  /** The API's address: `https://api.github.com`, `https://git.example.org/api/v3`. */
  readonly baseUrl: string;
  readonly token?: string;
}

export interface GithubAnswer {
  readonly data: AnswerReader;
  readonly header: (name: string) => string | undefined;
}

/** GitHub as one credential sees it, until the signal aborts. Errors are `DomainError`s. */
export class GithubApi {
  private readonly octokit: Octokit;
  /** GitHub Enterprise Server has its GraphQL beside `/api/v3`, not below it. */
  private readonly graphqlUrl: string;

  constructor(
    http: OutboundHttp,
    { baseUrl, token }: GithubAccess,
    private readonly signal: AbortSignal,
  ) {
    const address = baseUrl.replace(/\/+$/, '');
    this.graphqlUrl = `${address.replace(/\/api\/v3$/, '/api')}/graphql`;
    this.octokit = new Octokit({
      auth: token,
      baseUrl: address,
      userAgent: 'git-recap',
      log: SILENT,
      request: {
        fetch: http.fetchFor({
          name: GITHUB,
          baseUrl: address,
          credential: token,
          isRateLimited: isSecondaryLimit,
        }),
        signal,
      },
    });
  }

  async get(route: string, parameters: Record<string, unknown> = {}): Promise<GithubAnswer> {
    return this.request(`GET ${route}`, parameters);
  }

  /** One query; `errors` in the answer are the caller's to judge, for the rest of it may be good. */
  async query(query: string, variables: Record<string, unknown> = {}): Promise<AnswerReader> {
    const { data } = await this.request(`POST ${this.graphqlUrl}`, { query, variables });
    return data;
  }

  private async request(route: string, parameters: Record<string, unknown>): Promise<GithubAnswer> {
    try {
      const answer: { data: unknown; headers: Record<string, string | number | undefined> } =
        await this.octokit.request(route, parameters);
      return {
        data: new AnswerReader(GITHUB, answer.data),
        header: (name) => answer.headers[name]?.toString(),
      };
    } catch (error) {
      this.signal.throwIfAborted();
      throw githubError(error);
    }
  }
}

function ignore(): void {
  // Nothing is to be written.
}
