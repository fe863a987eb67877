/** The URLs in the header may be relative: https://www.rfc-editor.org/rfc/rfc8288#section-3.1 */
const RELATIVE_TO = 'https://api.github.com';

/** The number of the last page by a `Link` header's `rel="last"`; 1 without one. */
export function lastPageOf(link: string | null): number {
  const [, url] = /<([^<>]+)>;\s*rel="last"/.exec(link ?? '') ?? [];
  if (url === undefined || !URL.canParse(url, RELATIVE_TO)) return 1;
  return Number(new URL(url, RELATIVE_TO).searchParams.get('page') ?? 1);
}
