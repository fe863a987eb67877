import { Octokit } from '@octokit/rest';
import { DomainError } from '../../errors/domain.error.js';
import { PROVIDER_TITLES } from '../connection.js';
import { AnswerReader } from '../http/answer.reader.js';
import type { OutboundHttp } from '../http/outbound-http.js';
import { retryTimeOf } from '../http/rate-limit.js';
import { withoutTrailingSlashes } from '../trailing-slashes.js';
import { githubError } from './github.error.js';
import { GraphqlUnavailable } from './graphql.unavailable.js';
import { isSecondaryLimit } from './github.limits.js';

const GITHUB = PROVIDER_TITLES.github;

/** Octokit would write to the console; what is worth knowing is in the errors. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export interface GithubAccess {
  /** The API's address: `https://api.github.com`, `https://git.example.org/api/v3`. */
  readonly baseUrl: string;
  readonly token?: string;
}

export interface GithubAnswer {
  readonly data: AnswerReader;
  readonly headers: Headers;
}

/** One entry of a GraphQL answer's `errors`; an empty path concerns all of the query. */
export interface GraphqlProblem {
  readonly type?: string;
  /** Of a mistake in the query itself: `undefinedField`. */
  readonly code?: string;
  readonly path: readonly string[];
}

export interface GraphqlAnswer {
  readonly data?: AnswerReader;
  readonly errors: readonly GraphqlProblem[];
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
    const address = withoutTrailingSlashes(baseUrl);
    this.graphqlUrl = `${address.replace(/\/api\/v3$/, '/api')}/graphql`;
    this.octokit = new Octokit({
      auth: token,
      baseUrl: address,
      userAgent: 'git-recap',
      log: SILENT,
      request: {
        fetch: http.fetchFor({
          provider: 'github',
          baseUrl: address,
          credential: token,
          isRateLimited: isSecondaryLimit,
        }),
        signal,
        // Octokit's own parser looks for numbers too large for JavaScript, at five times the cost.
        parseSuccessResponseBody: false,
      },
    });
  }

  async get(route: string, parameters: Record<string, unknown> = {}): Promise<GithubAnswer> {
    return this.request(`GET ${route}`, parameters);
  }

  /**
   * One query. What is in `errors` is the caller's to judge: the rest of the answer may be good.
   * @throws GraphqlUnavailable where the server cannot be asked this way.
   */
  async query(query: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> {
    const { data, headers } = await this.postQuery({ query, variables });
    const errors = (data.optionalObject('errors')?.items() ?? []).map(problemOf);
    if (errors.some(({ type }) => type === 'RATE_LIMITED')) {
      const retryAt = retryTimeOf(headers, Date.now());
      throw new DomainError('provider_rate_limited', 'GitHub has no more points for this token', {
        retryAt,
      });
    }
    const found = data.optionalObject('data');
    const mistake = errors.find(({ code }) => code !== undefined);
    // Our queries are known to be good, so the server's schema is not the one they are for.
    if (!found && mistake) throw new GraphqlUnavailable(new Error(mistake.code));
    return { data: found, errors };
  }

  private async postQuery(question: Record<string, unknown>): Promise<GithubAnswer> {
    try {
      return await this.request(`POST ${this.graphqlUrl}`, question);
    } catch (error) {
      const isMissing = error instanceof DomainError && error.code === 'repository_not_found';
      throw isMissing ? new GraphqlUnavailable(error) : error;
    }
  }

  private async request(route: string, parameters: Record<string, unknown>): Promise<GithubAnswer> {
    try {
      const answer: OctokitAnswer = await this.octokit.request(route, parameters);
      return { data: await parsed(answer.data), headers: headersOf(answer.headers) };
    } catch (error) {
      this.signal.throwIfAborted();
      throw githubError(error);
    }
  }
}

interface OctokitAnswer {
  readonly data: ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

async function parsed(body: ReadableStream<Uint8Array>): Promise<AnswerReader> {
  try {
    return new AnswerReader(GITHUB, await new Response(body).json());
  } catch (cause) {
    const detail = 'GitHub answered in a form not known here';
    throw new DomainError('provider_failed', detail, { cause });
  }
}

function headersOf(headers: OctokitAnswer['headers']): Headers {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  return new Headers(present.map(([name, value]) => [name, String(value)]));
}

function problemOf(error: AnswerReader): GraphqlProblem {
  const path = error.optionalObject('path')?.texts() ?? [];
  const code = error.optionalObject('extensions')?.optionalText('code');
  return { type: error.optionalText('type'), code, path };
}

function ignore(): void {
  // Nothing is to be written.
}
