import type { Written } from '../writer/recap.writer.js';
import { isLast, type ReplyEntry } from './reply.js';

/** What a writer needs to know of a log to go on with it. */
export function writtenIn(entries: readonly ReplyEntry[]): Written {
  const texts: string[] = [];
  let isAtLineStart = false;
  let pending: string[] = [];
  const citations: { bullet: number; actionId: string }[] = [];
  for (const entry of entries) {
    if (entry.event === 'token') {
      if (isAtLineStart || entry.text.slice(0, -1).includes('\n')) pending = [];
      pending.push(...(entry.pending ?? []));
      texts.push(entry.text);
      if (entry.text !== '') isAtLineStart = entry.text.endsWith('\n');
    }
    if (entry.event === 'citation') {
      citations.push({ bullet: entry.bullet, actionId: entry.action.id });
    }
  }
  return { text: texts.join(''), citations, pending };
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

export function hasEnded(entries: readonly ReplyEntry[]): boolean {
  const last = entries.at(-1);
  return last !== undefined && isLast(last);
}
