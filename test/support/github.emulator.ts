import { graphqlAnswer, type GraphqlRequest, violationOfQuery } from './github/graphql.js';
import { type Memberships, membershipAnswer } from './github/membership.js';
import { violationOf } from './github/openapi.js';
import { restAnswer } from './github/rest.js';
import {
  type EmulatedAnswer,
  type EmulatedRequest,
  ProviderEmulator,
} from './provider.emulator.js';
import type { World } from './world/world.js';

/** GitHub's REST and GraphQL over real HTTP, from a world. It says what nobody expected. */
export class GithubEmulator extends ProviderEmulator {
  static readonly TOKEN = 'ghp_emulated';

  /** `/api/v3` makes it an Enterprise Server. */
  basePath: '' | '/api/v3' = '';
  /** A field that its GraphQL is too old to know; `everything`: it has no GraphQL. */
  lacks?: string;
  /** More items than this are in no page of a list or a history, whatever is asked for. */
  maxPageSize = 100;
  /** On every answer to a token's holder. */
  headers: Record<string, string> = {
    'x-oauth-scopes': 'repo, read:org, user:email',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-reset': '4102444800',
  };

  /** Organisations of the token's holder. */
  organizations: Memberships = {};

  static async start(world: World): Promise<GithubEmulator> {
    return new GithubEmulator(world).listen();
  }

  protected async answer(request: EmulatedRequest): Promise<EmulatedAnswer> {
    const isKnown = request.headers.authorization === `token ${GithubEmulator.TOKEN}`;
    const membership = isKnown ? membershipAnswer(request, this.organizations) : undefined;
    if (membership) return membership;
    if (!isKnown) {
      return { status: 401, body: { message: 'Bad credentials' } };
    }
    const path = request.url.pathname;
    if (request.method === 'POST' && path === this.graphqlPath && this.lacks !== 'everything') {
      return this.graphql(JSON.parse(request.body) as GraphqlRequest);
    }
    const route = path.startsWith(this.basePath) ? path.slice(this.basePath.length) : '';
    const url = this.withinPageSize(request.url, route);
    const rest = request.method === 'GET' ? restAnswer(this.world, url, route) : undefined;
    if (!rest) {
      if (path !== this.graphqlPath) this.surprises.push(`${request.method} ${request.url.href}`);
      return { status: 404, body: { message: 'Not Found' } };
    }
    const violation = rest.status === 200 && violationOf(templateOf(route), rest.body);
    if (violation) this.surprises.push(`${route} answered ${violation}`);
    return { ...rest, headers: { ...this.headers, ...rest.headers } };
  }

  /** Beside `/api/v3`, not below it. */
  private get graphqlPath(): string {
    return `${this.basePath.replace('/v3', '')}/graphql`;
  }

  private async graphql(asked: GraphqlRequest): Promise<EmulatedAnswer> {
    const { lacks, headers } = this;
    const violation = violationOfQuery(asked);
    if (violation) this.surprises.push(violation);
    if (lacks !== undefined && asked.query.includes(lacks)) {
      return { status: 200, body: { errors: [undefinedField(lacks)] }, headers };
    }
    const query = asked.query.replaceAll('first: 100', `first: ${this.maxPageSize}`);
    const body = await graphqlAnswer(this.world, { ...asked, query }, this.url);
    return { status: 200, body, headers };
  }

  /** Pages of searches are as large as asked for: who asks counts on it. */
  private withinPageSize(asked: URL, route: string): URL {
    const url = new URL(asked);
    const size = Number(url.searchParams.get('per_page') ?? 30);
    if (route !== '/search/issues' && size > this.maxPageSize) {
      url.searchParams.set('per_page', String(this.maxPageSize));
    }
    return url;
  }
}

/** As GitHub's GraphQL says it: without `data`, and with a path through the query. */
function undefinedField(fieldName: string) {
  return {
    path: ['fragment Commits', 'nodes', fieldName],
    extensions: { code: 'undefinedField', typeName: 'Commit', fieldName },
    locations: [{ line: 1, column: 1 }],
    message: `Field '${fieldName}' doesn't exist on type 'Commit'`,
  };
}

/** The route as GitHub's description writes it. */
function templateOf(route: string): string {
  return route.replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/{owner}/{repo}');
}
