import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch, type Response } from 'undici';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import { readEventStream, type StreamedEvent } from '../support/event-stream.js';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

/** Reads one reply over HTTP, as text/event-stream, and resumes behind the last event it has seen. */
export class StreamingReader {
  /** The reply's events, in the order they came. */
  readonly events: StreamedEvent[] = [];
  replyId: string | undefined;
  /** How often it had to resume. */
  resumed = 0;
  private readonly agent = new Agent();

  constructor(
    private readonly url: string,
    private readonly grant: SessionGrantDto,
  ) {}

  get text(): string {
    return this.events.map(({ data }) => data.text ?? '').join('');
  }

  /** Asks for a recap and reads it to its end. */
  async read(): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!this.isOver) {
      if (Date.now() > giveUpAt) throw new Error(`no end after ${this.events.length} events`);
      await this.follow().catch(() => undefined);
      await sleep(PAUSE_MS);
    }
    await this.agent.destroy();
  }

  private get isOver(): boolean {
    const last = this.events.at(-1)?.event;
    return last === 'done' || last === 'error';
  }

  private async follow(): Promise<void> {
    const response = await (this.replyId === undefined ? this.begin() : this.resume());
    if (!response.ok) {
      await response.body?.cancel();
      return;
    }
    this.replyId ??= response.headers.get('location')?.split('/').at(-1);
    let unread = '';
    const pieces = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const piece of pieces) {
      unread += piece;
      const end = unread.lastIndexOf('\n\n') + 2;
      if (end < 2) continue;
      const read = readEventStream(unread.slice(0, end));
      this.events.push(...read.filter(({ data }) => data.seq !== undefined));
      unread = unread.slice(end);
    }
  }

  private begin(): Promise<Response> {
    return this.fetch('/recaps', 'POST', { 'content-type': 'application/json' });
  }

  private resume(): Promise<Response> {
    this.resumed += 1;
    const last = this.events.at(-1)?.id;
    return this.fetch(
      `/replies/${String(this.replyId)}`,
      'GET',
      last === undefined ? {} : { 'last-event-id': last },
    );
  }

  private fetch(path: string, method: string, headers: Record<string, string>): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        accept: 'text/event-stream',
        authorization: `Bearer ${this.grant.accessToken}`,
      },
      body: method === 'POST' ? '{}' : null,
      dispatcher: this.agent,
    });
  }
}
