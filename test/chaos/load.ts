import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import { ResumingReader } from '../support/resuming.reader.js';

const PATHS = ['/session', '/replies', '/repos', '/health/live'];
const REPLIES_PER_SESSION = 4;

/** How much of it runs at the same time. */
export interface LoadSize {
  readonly readers: number;
  readonly requestsPerSecond: number;
}

/** Readers that ask for one reply after another, and requests at a steady pace, until told to stop. */
export class Load {
  readonly failures: string[] = [];
  replies = 0;
  requests = 0;
  resumed = 0;
  private stopping = false;
  private readonly grants: SessionGrantDto[] = [];

  constructor(
    private readonly url: string,
    private readonly size: LoadSize,
    private readonly text: string,
  ) {}

  /** Signs everybody in; what then runs is over when the load is stopped and all are read to the end. */
  async start(): Promise<{ over: Promise<unknown> }> {
    for (let count = 0; count < this.size.readers / REPLIES_PER_SESSION; count += 1) {
      this.grants.push(await this.signIn());
    }
    const readers = Array.from({ length: this.size.readers }, (_, index) =>
      this.keepReading(index),
    );
    return { over: Promise.all([...readers, this.keepAsking()]) };
  }

  stop(): void {
    this.stopping = true;
  }

  private async signIn(): Promise<SessionGrantDto> {
    const response = await fetch(`${this.url}/clone`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'one' }),
    });
    assert.equal(response.status, 201, 'signed in');
    return (await response.json()) as SessionGrantDto;
  }

  private grantOf(index: number): SessionGrantDto {
    return this.grants[index % this.grants.length]!;
  }

  private async keepReading(index: number): Promise<void> {
    while (!this.stopping) {
      const reader = new ResumingReader(() => [this.url], this.grantOf(index));
      try {
        await reader.read();
        await this.check(reader, this.grantOf(index));
      } catch (error) {
        this.failures.push(`reply ${String(reader.replyId)}: ${String(error)}`);
        await sleep(200);
      }
      this.replies += 1;
      this.resumed += reader.resumed;
    }
  }

  /** Once, in order, without a gap, and the same as what the log has and the model wrote. */
  private async check(reader: ResumingReader, grant: SessionGrantDto): Promise<void> {
    const numbers = reader.events.map(({ data }) => data.seq);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
    const last = reader.events.at(-1)!;
    assert.equal(last.event, 'done', JSON.stringify(last));
    assert.equal(reader.text.split(this.text.trim()).length, 2, reader.text);
    const view = await this.get(`/replies/${String(reader.replyId)}`, grant);
    assert.equal((JSON.parse(view) as { text: string }).text, reader.text);
  }

  private async keepAsking(): Promise<void> {
    const begunAt = performance.now();
    const answers: Promise<void>[] = [];
    while (!this.stopping) {
      const due = ((performance.now() - begunAt) / 1_000) * this.size.requestsPerSecond;
      while (this.requests < due) answers.push(this.ask(this.requests++));
      await sleep(10);
    }
    await Promise.all(answers);
  }

  private async ask(index: number): Promise<void> {
    const path = PATHS[index % PATHS.length]!;
    await this.get(path, this.grantOf(index)).catch((error: unknown) => {
      this.failures.push(`GET ${path}: ${String(error)}`);
    });
  }

  private async get(path: string, { accessToken }: SessionGrantDto): Promise<string> {
    const response = await fetch(this.url + path, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(20_000),
    });
    const body = await response.text();
    assert.equal(response.status, 200, `${response.status} ${body}`);
    return body;
  }
}
