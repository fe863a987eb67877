import type { EmulatedAnswer } from '../provider.emulator.js';

export interface PageRules {
  readonly maxPageSize: number;
  readonly counts: boolean;
}

/** A page by number, with GitLab's headers (https://docs.gitlab.com/api/rest/#pagination). */
export function numberedPage(
  url: URL,
  list: readonly unknown[],
  { maxPageSize, counts }: PageRules,
): EmulatedAnswer {
  const size = Math.min(maxPageSize, Number(url.searchParams.get('per_page') ?? 20));
  const page = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(list.length / size));
  const next = page < last ? String(page + 1) : '';
  const headers = {
    'x-page': String(page),
    'x-per-page': String(size),
    'x-next-page': next,
    'x-prev-page': page > 1 ? String(page - 1) : '',
    ...(counts && { 'x-total': String(list.length), 'x-total-pages': String(last) }),
    ...(next && { link: linkTo(url, 'page', next) }),
  };
  return { status: 200, body: list.slice((page - 1) * size, page * size), headers };
}

/** A page by what came last in the one before. */
export function keysetPage(
  url: URL,
  list: readonly { readonly id: number }[],
  { maxPageSize }: PageRules,
): EmulatedAnswer {
  const size = Math.min(maxPageSize, Number(url.searchParams.get('per_page') ?? 20));
  const after = Number(url.searchParams.get('id_after') ?? 0);
  const rest = list.filter(({ id }) => id > after);
  const body = rest.slice(0, size);
  const next = rest.length > size ? body.at(-1)?.id : undefined;
  if (next === undefined) return { status: 200, body };
  return { status: 200, body, headers: { link: linkTo(url, 'id_after', String(next)) } };
}

function linkTo(url: URL, name: string, value: string): string {
  const target = new URL(url);
  target.searchParams.set(name, value);
  return `<${target.href}>; rel="next"`;
}
