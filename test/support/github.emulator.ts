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
    if (request.method === 'POST' && request.url.pathname === '/graphql') {
      const asked = JSON.parse(request.body) as GraphqlRequest;
      const violation = violationOfQuery(asked);
      if (violation) this.surprises.push(violation);
      const body = await graphqlAnswer(this.world, asked, this.url);
      return { status: 200, body, headers: this.headers };
    }
    const rest = request.method === 'GET' ? restAnswer(this.world, request.url) : undefined;
    if (!rest) {
      this.surprises.push(`${request.method} ${request.url.href}`);
      return { status: 404, body: { message: 'Not Found' } };
    }
    const violation = rest.status === 200 && violationOf(request.url.pathname, rest.body);
    if (violation) this.surprises.push(`${request.url.pathname} answered ${violation}`);
    return { ...rest, headers: { ...this.headers, ...rest.headers } };
  }
}
