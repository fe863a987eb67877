import type { EmulatedAnswer } from '../provider.emulator.js';

/** One page of a list, with the links that GitHub puts beside it. */
export function paged<T>(url: URL, list: readonly T[], show: (item: T) => unknown): EmulatedAnswer {
  const { page, size, start, end } = pageOf(url);
  const last = Math.max(1, Math.ceil(list.length / size));
  const link = (number: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
  return {
    status: 200,
    body: list.slice(start, end).map(show),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}

export function pageOf(url: URL) {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
  const page = Number(url.searchParams.get('page') ?? 1);
  return { page, size, start: (page - 1) * size, end: page * size };
}
