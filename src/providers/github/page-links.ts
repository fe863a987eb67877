/** The number of the last page by a `Link` header's `rel="last"`; 1 without one. */
export function lastPageOf(link: string | null): number {
  const [, url] = /<([^<>]+)>;\s*rel="last"/.exec(link ?? '') ?? [];
  return Number(url === undefined ? 1 : (new URL(url).searchParams.get('page') ?? 1));
}
