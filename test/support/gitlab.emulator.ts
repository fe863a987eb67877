import { gitlabAnswer } from './gitlab/rest.js';
import {
  type EmulatedAnswer,
  type EmulatedRequest,
  ProviderEmulator,
} from './provider.emulator.js';
import type { World } from './world/world.js';

const GROUP_MEMBER = /^\/api\/v4\/groups\/([^/]+)\/members\/all\/\d+$/;

/** GitLab's REST API over real HTTP, from a world. It says what nobody expected. */
export class GitlabEmulator extends ProviderEmulator {
  static readonly TOKEN = 'glpat-emulated';

  /** More items than this are in no page, whatever is asked for. */
  maxPageSize = 100;
  /** Whether lists say how long they are; GitLab itself does not past 10,000 items. */
  counts = true;
  /** On every answer to a token's holder. */
  headers: Record<string, string> = {
    'ratelimit-limit': '2000',
    'ratelimit-remaining': '1999',
    'ratelimit-reset': '4102444800',
  };

  /** Groups that the token's holder belongs to, by their whole path, and how. */
  groups: Record<string, 'active' | 'awaiting'> = {};

  static async start(world: World): Promise<GitlabEmulator> {
    return new GitlabEmulator(world).listen();
  }

  protected answer({ method, url, headers }: EmulatedRequest): EmulatedAnswer {
    if (headers.authorization !== `Bearer ${GitlabEmulator.TOKEN}`) {
      return { status: 401, body: { message: '401 Unauthorized' } };
    }
    const group = GROUP_MEMBER.exec(url.pathname)?.[1];
    if (group !== undefined) return this.membership(decodeURIComponent(group));
    const { maxPageSize, counts } = this;
    const answer =
      method === 'GET' ? gitlabAnswer(this.world, url, { maxPageSize, counts }) : undefined;
    if (!answer) {
      this.surprises.push(`${method} ${url.href}`);
      return { status: 404, body: { error: '404 Not Found' } };
    }
    return { ...answer, headers: { ...this.headers, ...answer.headers } };
  }

  private membership(group: string): EmulatedAnswer {
    const state = this.groups[group];
    if (!state) return { status: 404, body: { message: '404 Not found' }, headers: this.headers };
    return { status: 200, body: { id: 1, state, access_level: 30 }, headers: this.headers };
  }
}
