import { createHmac, randomBytes } from 'node:crypto';
import type { Answer } from './answer.js';
import type { OutboundLimits } from './outbound.limits.js';
import type { OutboundRequest, OutboundTarget } from './outbound-target.js';

/** Headers and bookkeeping of a kept answer, roughly, in bytes. */
const OVERHEAD = 4_096;

interface KeptAnswer extends Answer {
  readonly etag: string;
  readonly usedAt: number;
}

/**
 * Asks for what is known already only whether it has changed: GitHub counts no 304 against the limits.
 * Every answer still comes from the provider, who judges the credential each time. What is kept, in
 * this process's memory, is found again with the same credential only and goes when it was not asked
 * for in a while. An HTTP cache proper would answer by itself for as long as the headers allow, or,
 * being shared, not keep what was asked with a credential at all.
 */
export class EtagCache {
  private readonly secret = randomBytes(32);
  /** The least recently used first. */
  private readonly kept = new Map<string, KeptAnswer>();
  private size = 0;

  constructor(private readonly limits: OutboundLimits) {}

  /** Sends the request, with a condition where its answer is known, and resolves a 304 to that answer. */
  async ask<Request extends OutboundRequest>(
    { credential = '' }: OutboundTarget,
    url: URL,
    request: Request,
    send: (request: Request) => Promise<Answer>,
  ): Promise<Answer> {
    const headers = new Headers(request.headers);
    const isPlain = (request.method ?? 'GET') === 'GET' && !headers.has('if-none-match');
    if (!isPlain) return send(request);

    const key = this.keyOf(credential, url.href, headers.get('accept') ?? '');
    const known = this.kept.get(key);
    if (known) headers.set('if-none-match', known.etag);
    const answer = await send(known ? { ...request, headers } : request);
    if (!known || answer.status !== 304) return this.keep(key, answer);
    return this.keep(key, renewed(known, answer));
  }

  private keyOf(...parts: readonly string[]): string {
    return createHmac('sha256', this.secret).update(JSON.stringify(parts)).digest('base64url');
  }

  private keep(key: string, answer: Answer): Answer {
    this.forget(key);
    const etag = answer.headers.get('etag');
    const now = performance.now();
    if (etag && answer.status === 200 && sizeOf(answer) <= this.limits.maxKeptAnswerSize) {
      this.kept.set(key, { ...answer, etag, usedAt: now });
      this.size += sizeOf(answer);
    }
    this.makeRoom(now - this.limits.keptAnswerAge);
    return answer;
  }

  private makeRoom(oldest: number): void {
    for (const [key, { usedAt }] of this.kept) {
      if (this.size <= this.limits.maxKeptSize && usedAt >= oldest) return;
      this.forget(key);
    }
  }

  private forget(key: string): void {
    const known = this.kept.get(key);
    if (!known) return;
    this.kept.delete(key);
    this.size -= sizeOf(known);
  }
}

/** A 304 brings the headers that are new, such as what is left of a limit. */
function renewed({ status, headers, body }: KeptAnswer, { headers: fresh }: Answer): Answer {
  const merged = new Headers(headers);
  for (const [name, value] of fresh) merged.set(name, value);
  return { status, headers: merged, body };
}

function sizeOf({ body }: Answer): number {
  return body.byteLength + OVERHEAD;
}
