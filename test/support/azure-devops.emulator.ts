import { azureWorld, ORGANIZATION } from './azure-devops/azure-world.js';
import {
  commitAnswers,
  type Place,
  pullRequestAnswers,
  repositoryAnswer,
  threadAnswers,
} from './azure-devops/git.answers.js';
import { anonymousConnectionData, connectionData } from './azure-devops/identities.js';
import { locationsOf } from './azure-devops/resource-areas.js';
import { batchAnswer, wiqlAnswer } from './azure-devops/work-item.answers.js';
import {
  type EmulatedAnswer,
  type EmulatedRequest,
  ProviderEmulator,
} from './provider.emulator.js';
import type { World } from './world/world.js';

const NOT_FOUND = { status: 404, body: { message: 'TF401019: it does not exist' } };
const REFUSED = { status: 400, body: { message: 'VS402337: it exceeds the size limit' } };

/** An organisation of Azure DevOps over real HTTP, from a world. It says what nobody expected. */
export class AzureDevopsEmulator extends ProviderEmulator {
  static readonly TOKEN = 'azure-devops-emulated-token';
  private static readonly AUTHORIZATION = `Basic ${btoa(`:${AzureDevopsEmulator.TOKEN}`)}`;

  /** The one whose address it is. */
  organization = ORGANIZATION;
  /** Whether it has public projects: then whoever has no good token is somebody, too. */
  isPublic = false;
  /** On every answer. */
  headers: Record<string, string> = {};
  /** Lists of Azure DevOps carry none. */
  protected override readonly tags = false;

  static async start(world: World): Promise<AzureDevopsEmulator> {
    return new AzureDevopsEmulator(azureWorld(world)).listen();
  }

  protected answer(request: EmulatedRequest): EmulatedAnswer {
    const { authorization } = request.headers;
    const isKnown = authorization === AzureDevopsEmulator.AUTHORIZATION;
    const isConnectionData = /\/_apis\/connectionData$/i.test(request.url.pathname);
    if (!isKnown && this.isPublic && isConnectionData) {
      return { status: 200, body: anonymousConnectionData() };
    }
    if (!isKnown) {
      // What a browser would show.
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      return { status: 203, body: '<html>Sign in</html>', headers };
    }
    const [organization, ...path] = request.url.pathname
      .slice(1)
      .split('/')
      .map(decodeURIComponent);
    if (organization !== this.organization) return NOT_FOUND;
    const answer = this.answerIn(request, path);
    if (!answer) this.surprises.push(`${request.method} ${request.url.href}`);
    return { ...(answer ?? NOT_FOUND), headers: this.headers };
  }

  private answerIn({ method, url, body }: EmulatedRequest, path: string[]) {
    const api = path.indexOf('_apis');
    const [project, resource] = [path[0] ?? '', path.slice(api + 1)];
    const name = resource.join('/').toLowerCase();
    if (method === 'OPTIONS') return ok(locationsOf(name));
    if (method === 'GET' && name === 'connectiondata') return ok(connectionData(this.world));
    if (method === 'GET' && name === 'git/repositories') {
      return ok(collection(this.world.repositories.map(repositoryAnswer)));
    }
    if (method === 'GET' && name === 'git/pullrequests' && api === 1) {
      return ok(collection(pullRequestAnswers(this.world, this.placesIn(project), url)));
    }
    if (method === 'GET' && api === 1) return this.answerOfRepository(url, project, resource);
    if (method === 'POST' && name === 'wit/wiql') {
      const { query } = JSON.parse(body) as { query: string };
      const top = Number(url.searchParams.get('$top') ?? Infinity);
      return ok(wiqlAnswer(this.world, query, top)) ?? REFUSED;
    }
    return method === 'POST' && name === 'wit/workitemsbatch'
      ? ok(batchAnswer(this.world, body))
      : undefined;
  }

  private answerOfRepository(url: URL, project: string, resource: readonly string[]) {
    const [git, repositories, name, kind, number, threads] = resource;
    if (git !== 'git' || repositories !== 'repositories') return undefined;
    const { repository } = this.placesIn(project).find((one) => one.repository.name === name) ?? {};
    if (!repository) return NOT_FOUND;
    if (kind === 'commits') return ok(collection(commitAnswers(repository, url)));
    const talk = repository.conversations.find((one) => String(one.number) === number);
    if (kind !== 'pullRequests' || threads !== 'threads' || !talk) return undefined;
    return ok(collection(threadAnswers(this.world, talk)));
  }

  private placesIn(project: string): Place[] {
    return this.world.repositories
      .map((repository, index) => ({ repository, index }))
      .filter(({ repository }) => repository.owner === project && !repository.vanished);
  }
}

function ok(body: unknown): EmulatedAnswer | undefined {
  return body === undefined ? undefined : { status: 200, body };
}

function collection(value: readonly unknown[]) {
  return { count: value.length, value };
}
