import assert from 'node:assert/strict';
import { Agent, fetch } from 'undici';
import type { ReplyDto } from '../../src/chat/replies/replies.dto.js';
import type { Problem } from '../../src/errors/problem.js';
import type { ActionsDto } from '../../src/recap/actions.dto.js';
import type { ReposDto } from '../../src/recap/repos.dto.js';

const WINDOW = { since: '2025-06-10T12:00:00Z', until: '2025-06-30T12:00:00Z' };
/** Milliseconds, longer than any answer takes. */
const PATIENCE = 60_000;
/** What may be said of a provider that does not answer as it should. */
const PROVIDER_PROBLEMS = ['provider_rate_limited', 'provider_failed', 'provider_timeout'];

/** A list of repositories tells of the connections only. */
interface Covered {
  readonly coverage: Pick<ActionsDto['coverage'], 'connections'> &
    Partial<Pick<ActionsDto['coverage'], 'repositories'>>;
}

interface Answer {
  readonly status: number;
  readonly body: Problem | ReposDto | ActionsDto | ReplyDto;
}

/** Somebody with an account at a provider, who asks for all that is read there. */
export class AccountReader {
  /** Milliseconds that the slowest answer took. */
  slowest = 0;
  /** How many answers said that something was missing, or why there was none. */
  told = 0;
  private whole?: readonly string[];
  private readonly agent = new Agent();

  private constructor(
    private readonly url: string,
    private token?: string,
  ) {}

  static async signIn(url: string, token: string): Promise<AccountReader> {
    const reader = new AccountReader(url);
    const { status, body } = await reader.ask('POST', '/pat', { provider: 'github', token });
    assert.equal(status, 201, JSON.stringify(body));
    reader.token = (body as unknown as { accessToken: string }).accessToken;
    return reader;
  }

  /** @throws AssertionError unless everything is there, and as it was the first time. */
  async expectWhole(): Promise<void> {
    const { status, body } = await this.actions();
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(isWhole(body as ActionsDto), JSON.stringify((body as ActionsDto).coverage));
    const ids = idsOf(body as ActionsDto);
    this.whole ??= ids;
    assert.deepEqual(ids, this.whole);
    const recap = await this.ask('POST', '/recaps', WINDOW);
    assert.equal((recap.body as ReplyDto).status, 'done', JSON.stringify(recap.body));
  }

  /** @throws AssertionError when an answer is neither whole nor says why it is not. */
  async keepAsking(until: number): Promise<void> {
    while (performance.now() < until) {
      this.judge(await this.ask('GET', '/repos?refresh=true'));
      const actions = await this.actions();
      this.judge(actions);
      if ('actions' in actions.body) this.expectNothingLeftOut(actions.body);
      this.judge(await this.ask('POST', '/recaps', WINDOW));
    }
  }

  async leave(): Promise<void> {
    await this.agent.close();
  }

  private actions(): Promise<Answer> {
    const query = new URLSearchParams({ ...WINDOW, limit: '1000' });
    return this.ask('GET', `/actions?${query.toString()}`);
  }

  private judge({ status, body }: Answer): void {
    const problem = 'code' in body ? body : 'problem' in body ? body.problem : undefined;
    if (problem) {
      assert.ok(PROVIDER_PROBLEMS.includes(problem.code), JSON.stringify(body));
      assert.ok(problem.hint, 'says what to do next');
      this.told += 1;
      return;
    }
    assert.ok(status === 200 || status === 202, `${String(status)} ${JSON.stringify(body)}`);
    if ('coverage' in body && body.coverage && !isWhole(body as Covered)) this.told += 1;
  }

  private expectNothingLeftOut(body: ActionsDto): void {
    const ids = idsOf(body);
    const known = new Set(this.whole);
    assert.ok(ids.every((id) => known.has(id)));
    if (isWhole(body)) assert.deepEqual(ids, this.whole, 'half an answer is called whole');
  }

  private async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const begunAt = performance.now();
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      dispatcher: this.agent,
    });
    const answer = { status: response.status, body: (await response.json()) as Answer['body'] };
    this.slowest = Math.max(this.slowest, performance.now() - begunAt);
    return answer;
  }
}

const idsOf = ({ actions }: ActionsDto): string[] => actions.map(({ id }) => id);

const isWhole = ({ coverage }: Covered): boolean =>
  [...coverage.connections, ...(coverage.repositories ?? [])].every(
    ({ status }) => status === 'complete',
  );
