import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import { ResumingReader } from '../support/resuming.reader.js';
import { StreamingReader } from './streaming.reader.js';

const PATHS = ['/session', '/replies', '/health/live'];
/** Of so many requests one lists the repositories, for which git runs anew: pages ask when they open. */
const ONE_LIST_IN = 20;
/** At a time. */
const REPLIES_PER_SESSION = 4;
/** Of so many readers one reads over HTTP, the others through a WebSocket. */
const ONE_STREAM_IN = 4;
/** A session holds a number of replies, and then has to be begun anew. */
const REPLIES_OF_A_SESSION = 100;

export interface LoadOptions {
  readonly url: string;
  /** Readers at a time, each of one reply after the other. */
  readonly readers: number;
  readonly requestsPerSecond: number;
  /** The bullet that each reply is to be. */
  readonly bullet: string;
  /** Statuses that requests may be answered with beside 200, as long as the store is away. */
  readonly tolerated?: readonly number[];
}

/** Readers that ask for one reply after another, and requests at a steady pace, until told to stop. */
export class Load {
  readonly failures: string[] = [];
  replies = 0;
  requests = 0;
  resumed = 0;
  /** Requests that were answered with a tolerated status. */
  refused = 0;
  private stopping = false;
  private readonly grants: SessionGrantDto[] = [];
  /** Connections of its own, so that none of an earlier load is taken up again. */
  private readonly agent = new Agent();

  constructor(private readonly options: LoadOptions) {}

  /** Signs everybody in; what then runs is over when the load is stopped and all are read to the end. */
  async start(): Promise<{ over: Promise<unknown> }> {
    const { readers } = this.options;
    for (let count = 0; count < readers / REPLIES_PER_SESSION; count += 1) {
      this.grants.push(await this.signIn());
    }
    const reading = Array.from({ length: readers }, (_, index) => this.keepReading(index));
    return { over: Promise.all([...reading, this.keepAsking()]).then(() => this.agent.close()) };
  }

  stop(): void {
    this.stopping = true;
  }

  private async signIn(): Promise<SessionGrantDto> {
    const response = await fetch(`${this.options.url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'one' }),
      dispatcher: this.agent,
    });
    assert.equal(response.status, 201, 'signed in');
    return (await response.json()) as SessionGrantDto;
  }

  private grantOf(index: number): SessionGrantDto {
    return this.grants[index % this.grants.length]!;
  }

  /** Unless another of its readers has. */
  private async renew(index: number, grant: SessionGrantDto): Promise<void> {
    if (this.grantOf(index) !== grant) return;
    this.grants[index % this.grants.length] = await this.signIn();
  }

  private async keepReading(index: number): Promise<void> {
    for (let read = 1; !this.stopping; read += 1) {
      const grant = this.grantOf(index);
      const reader = this.readerOf(index, grant);
      try {
        await reader.read();
        await this.check(reader, grant);
        this.replies += 1;
        if (read % (REPLIES_OF_A_SESSION / REPLIES_PER_SESSION) === 0) {
          await this.renew(index, grant);
        }
      } catch (error) {
        this.failures.push(`reply ${String(reader.replyId)}: ${explain(error)}`);
        await sleep(200);
      }
      this.resumed += reader.resumed;
    }
  }

  private readerOf(index: number, grant: SessionGrantDto): ResumingReader | StreamingReader {
    const { url } = this.options;
    return index % ONE_STREAM_IN === 0
      ? new StreamingReader(url, grant)
      : new ResumingReader(() => [url], grant);
  }

  /** Once, in order, without a gap, and the same as what the log has and the model wrote. */
  private async check(
    reader: ResumingReader | StreamingReader,
    grant: SessionGrantDto,
  ): Promise<void> {
    const numbers = reader.events.map(({ data }) => data.seq);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
    const last = reader.events.at(-1)!;
    assert.equal(last.event, 'done', JSON.stringify(last));
    assert.equal(reader.text.slice(reader.text.indexOf('- ')), this.options.bullet);
    const view = await this.get(`/replies/${String(reader.replyId)}`, grant);
    if (view !== undefined) {
      assert.equal((JSON.parse(view) as { text: string }).text, reader.text);
    }
  }

  private async keepAsking(): Promise<void> {
    const begunAt = performance.now();
    const answers: Promise<void>[] = [];
    while (!this.stopping) {
      const due = ((performance.now() - begunAt) / 1_000) * this.options.requestsPerSecond;
      while (this.requests < due) answers.push(this.ask(this.requests++));
      await sleep(10);
    }
    await Promise.all(answers);
  }

  private async ask(index: number): Promise<void> {
    const path = index % ONE_LIST_IN === 0 ? '/repos' : PATHS[index % PATHS.length]!;
    await this.get(path, this.grantOf(index)).catch((error: unknown) => {
      this.failures.push(`GET ${path}: ${explain(error)}`);
    });
  }

  /** @returns undefined for a refusal that is tolerated. @throws Error for any other. */
  private async get(path: string, { accessToken }: SessionGrantDto): Promise<string | undefined> {
    const response = await fetch(this.options.url + path, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(20_000),
      dispatcher: this.agent,
    });
    const body = await response.text();
    if (this.options.tolerated?.includes(response.status)) {
      this.refused += 1;
      return undefined;
    }
    assert.equal(response.status, 200, `${response.status} ${body}`);
    return body;
  }
}

/** What fetch itself says is only that it failed. */
function explain(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${String(error)} (${explain(cause)})`;
}
