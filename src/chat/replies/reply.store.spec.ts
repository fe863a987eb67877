import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Session } from '../../auth/session.js';
import type { SessionService } from '../../auth/session.service.js';
import { MemorySharedState } from '../../state/memory.shared-state.js';
import { createSealer } from '../../state/sealer.js';
import { MAX_RECORD_BYTES, type StateKey } from '../../state/shared-state.js';
import { KeptBytes } from './kept.bytes.js';
import type { EndedContent } from './reply.content.js';
import { ReplyStore } from './reply.store.js';

const TTL_MS = 60_000;
const REPLY_ID = 'a-reply';
const contentKey: StateKey = { scope: 'session', name: `content:${REPLY_ID}` };

/** @param name Of one repository. */
const contentOver = (repositories: number, name: () => string): EndedContent => ({
  status: 'done',
  seq: 9,
  text: '- A bullet\n',
  citations: [],
  uncited: [],
  doubtful: [],
  coverage: {
    connections: [],
    repositories: Array.from({ length: repositories }, (_, index) => ({
      id: `github:github.com/${String(index)}`,
      fullName: name(),
      status: 'complete',
    })),
    authors: [],
    bots: 0,
    truncated: false,
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-30T00:00:00Z',
  },
});
const named = (): string => `an-organisation/${randomBytes(4).toString('hex')}`;

describe('what a reply came to', () => {
  const sealer = createSealer({ serverKey: randomBytes(32), sessionKey: randomBytes(32) });
  const session = { id: 'session', identity: { sealer } } as Session;
  let state: MemorySharedState;
  let kept: KeptBytes;
  let store: ReplyStore;

  beforeEach(async () => {
    state = new MemorySharedState();
    const sessions = { lifetime: () => TTL_MS } as Partial<SessionService> as SessionService;
    kept = new KeptBytes(state, sessions);
    store = new ReplyStore(state, sessions, kept);
    const request = { kind: 'chat', question: 'What?', about: 'a-recap' } as const;
    await store.add(session, { id: REPLY_ID, createdAt: '2026-11-30T00:00:00Z', request });
    await kept.addJob(session, { replyId: REPLY_ID, kind: 'recap', bytes: 1 });
  });

  afterEach(() => {
    state.onApplicationShutdown();
  });

  const counted = async (): Promise<number> => {
    const ledger = await state.get({ scope: 'session', name: 'kept' });
    return (JSON.parse(ledger ?? '{}') as { replies: number }).replies;
  };

  it('takes a small record for ten thousand repositories, and a small share', async () => {
    const content = contentOver(10_000, named);
    await store.keepContent(session, REPLY_ID, content);
    expect((await state.get(contentKey))?.length).toBeLessThan(MAX_RECORD_BYTES / 2);
    expect(await counted()).toBeLessThan(MAX_RECORD_BYTES);
    expect(await store.content(session, REPLY_ID)).toEqual(content);
  });

  it('counts for at least what it and its log take, once', async () => {
    const content = contentOver(100, named);
    const text = 'x'.repeat(10_000);
    await store.log(session, REPLY_ID).append(0, [{ event: 'token', text }], TTL_MS);
    await store.keepContent(session, REPLY_ID, { ...content, text });
    const once = await counted();
    const [log = ''] = await state.read({ scope: 'session', name: `log:${REPLY_ID}` }, 0, 1);
    const record = (await state.get(contentKey)) ?? '';
    expect(once).toBeGreaterThanOrEqual(log.length + record.length);
    await store.keepContent(session, REPLY_ID, { ...content, text });
    expect(await counted()).toBe(once);
  });

  it('is not kept where it is more than one record holds', async () => {
    const content = contentOver(4_000, () => randomBytes(200).toString('hex'));
    await store.keepContent(session, REPLY_ID, content);
    expect(await store.content(session, REPLY_ID)).toBeUndefined();
  });

  it('is read as the release before kept it: uncompressed', async () => {
    const content = contentOver(3_000, named);
    const sealed = sealer.seal(JSON.stringify(content), `{session}:content:${REPLY_ID}`);
    await state.set(contentKey, sealed, TTL_MS);
    expect(await store.content(session, REPLY_ID)).toEqual(content);
  });
});
