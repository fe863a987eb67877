import { dayOf, describeDays } from './calendar.js';
import { make } from './dom.js';

/** @typedef {import('./reply.js').Coverage} Coverage */

/**
 * What was read and what was not: a sentence, and the details behind it where there are any.
 * @param {Coverage} coverage
 */
export function coverageView(coverage) {
  const lines = gaps(coverage);
  const summary = make('span', {}, summarise(coverage));
  if (lines.length === 0) return make('p', { class: 'coverage' }, summary);
  return make(
    'details',
    { class: 'coverage incomplete', open: lines.length <= 3 },
    make('summary', {}, summary),
    make('ul', {}, ...lines.map((line) => make('li', {}, line))),
  );
}

/** @param {Coverage} coverage */
function summarise({ repositories, connections, from, to }) {
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
 */
function gaps({ repositories, connections, truncated }) {
  return [
    ...(truncated ? ['More happened than could be read at once: the newest was used.'] : []),
    ...connections.filter(isGap).map(({ id, status, reason, retryAt }) => {
      const again = retryAt
        ? ` Worth trying again at ${new Date(retryAt).toLocaleTimeString()}.`
        : '';
      return `${id} ${status}: ${reason}${again}`;
    }),
    ...repositories
      .filter(isGap)
      .map(({ fullName, status, reason }) => `${fullName} ${status}: ${reason}`),
  ];
}

/** @param {{ status: string, reason?: string }} coverage */
const isGap = ({ status, reason }) => status !== 'complete' && reason !== undefined;
