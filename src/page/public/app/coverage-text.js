import { dayOf, describeDays, timeOf } from './calendar.js';

/** @typedef {import('./reply.js').Coverage} Coverage */
/** @typedef {(connection: { id: string, provider: string }) => string} NameOf */

/**
 * What was read, in a line.
 * @param {Coverage} coverage
 */
export function summaryOf({ repositories, connections, from, to }) {
  const days = describeDays(dayOf(new Date(from)), dayOf(new Date(Date.parse(to) - 1)));
  const counts = new Map();
  for (const { status } of repositories) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count], index) =>
    index === 0
      ? `${count} ${count === 1 ? 'repository' : 'repositories'} ${status}`
      : `${count} ${status}`,
  );
  const failed = connections.filter(({ status }) => status === 'failed').length;
  if (failed > 0) parts.push(`${failed} ${failed === 1 ? 'source' : 'sources'} failed`);
  return [days, parts.join(', ')].filter(Boolean).join(' · ');
}

/**
 * Why something is not complete, one line each.
 * @param {Coverage} coverage
 * @param {NameOf} nameOf
 */
export function gapsOf({ repositories, connections, truncated }, nameOf) {
  return [
    ...(truncated ? ['More happened than could be read at once: the newest was used.'] : []),
    ...connections.filter(isGap).map((connection) => {
      const { status, reason, retryAt } = connection;
      const again = retryAt ? ` Worth trying again at ${timeOf(new Date(retryAt))}.` : '';
      return `${nameOf(connection)} (${status}): ${sentence(reason)}${again}`;
    }),
    ...repositories
      .filter(isGap)
      .map(({ fullName, status, reason }) => `${fullName} (${status}): ${sentence(reason)}`),
  ];
}

/** @param {{ status: string, reason?: string }} coverage */
const isGap = ({ status, reason }) => status !== 'complete' && reason !== undefined;

/** @param {string} [text] */
const sentence = (text = '') => (/[.!?]$/.test(text) ? text : `${text}.`);
