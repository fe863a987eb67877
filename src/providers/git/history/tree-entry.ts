import type { GitObject } from './git.objects.js';

/** The hash of what a folder holds under a name, as far as its beginning was kept. */
export function entryOf(
  { content }: GitObject,
  name: string,
  hashBytes: number,
): string | undefined {
  for (let start = 0; start < content.length;) {
    const space = content.indexOf(' ', start);
    const end = content.indexOf(0, space);
    if (space === -1 || end === -1) return undefined;
    const next = end + 1 + hashBytes;
    if (content.toString('utf8', space + 1, end) === name) {
      return content.toString('hex', end + 1, next);
    }
    start = next;
  }
  return undefined;
}
