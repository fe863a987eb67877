import type { WriterUsage, Written } from '../writer/recap.writer.js';
import { isLast, type ReplyEntry } from './reply.js';
import { toEntry } from './reply.entry.js';
import type { PreparedReply } from './reply.preparation.js';

/** What a writer needs to know of a log to go on with it. */
export function writtenIn(entries: readonly ReplyEntry[]): Written {
  const texts: string[] = [];
  let isAtLineStart = false;
  let pending: string[] = [];
  const citations: { bullet: number; actionId: string }[] = [];
  let spent: { usage: WriterUsage; uncountedBytes: number } | undefined;
  for (const entry of entries) {
    if (entry.event === 'progress' && entry.spent) {
      const isNews = entry.spent.inputTokens !== spent?.usage.inputTokens;
      if (isNews) spent = { usage: entry.spent, uncountedBytes: 0 };
    }
    if (entry.event === 'token') {
      if (spent) spent.uncountedBytes += Buffer.byteLength(entry.text);
      if (isAtLineStart || entry.text.slice(0, -1).includes('\n')) pending = [];
      pending.push(...(entry.pending ?? []));
      texts.push(entry.text);
      if (entry.text !== '') isAtLineStart = entry.text.endsWith('\n');
    }
    if (entry.event === 'citation') {
      citations.push({ bullet: entry.bullet, actionId: entry.action.id });
    }
  }
  return { text: texts.join(''), citations, pending, spent };
}

/** How many bullets there are, the last perhaps unfinished, and which of them nothing was cited for. */
export function bulletsIn(entries: readonly ReplyEntry[]): { bullets: number; uncited: number[] } {
  const { text, citations } = writtenIn(entries);
  const bullets = text.split('\n').filter((line) => line.startsWith('- ')).length;
  const cited = new Set(citations.map(({ bullet }) => bullet));
  const uncited = Array.from({ length: bullets }, (_, index) => index + 1).filter(
    (bullet) => !cited.has(bullet),
  );
  return { bullets, uncited };
}

/** What a reply still has to say of the bullet it is stopped in: that there was to be more, and its sources. */
export function endOfBullet(
  entries: readonly ReplyEntry[],
  actions: PreparedReply['actions'] | undefined,
): ReplyEntry[] {
  const { text, citations, pending } = writtenIn(entries);
  const line = text.slice(text.lastIndexOf('\n') + 1);
  if (!line.startsWith('- ')) return [];
  const bullet = text.split('\n').filter((other) => other.startsWith('- ')).length;
  const cited = new Set(
    citations.filter((one) => one.bullet === bullet).map((one) => one.actionId),
  );
  const sources = [...new Set(pending)].filter((id) => !cited.has(id));
  return [
    { event: 'token', text: '…\n' },
    ...sources.flatMap((actionId) => {
      const entry = actions && toEntry({ kind: 'citation', bullet, actionId }, { actions });
      return entry ? [entry] : [];
    }),
  ];
}

export function hasEnded(entries: readonly ReplyEntry[]): boolean {
  const last = entries.at(-1);
  return last !== undefined && isLast(last);
}
