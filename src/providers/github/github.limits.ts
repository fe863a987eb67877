import type { Answer } from '../http/answer.js';

/**
 * GitHub's secondary limits come as 403 and may lack every header; then only the documentation they
 * point to tells them from a missing permission
 * (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
 */
export function isSecondaryLimit({ status, body }: Answer): boolean {
  if (status !== 403) return false;
  const { documentation_url: url } = parse(body);
  return typeof url === 'string' && /secondary-rate-limit|abuse-rate-limit/.test(url);
}

function parse(body: Uint8Array): { documentation_url?: unknown } {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
