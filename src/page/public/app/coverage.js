import { gapsOf, summaryOf } from './coverage-text.js';
import { make } from './dom.js';

/**
 * What was read and what was not: a sentence, and the details behind it where there are any.
 * @param {import('./reply.js').Coverage} coverage
 * @param {import('./coverage-text.js').NameOf} nameOf
 */
export function coverageView(coverage, nameOf) {
  const lines = gapsOf(coverage, nameOf);
  const summary = make('span', {}, summaryOf(coverage));
  if (lines.length === 0) return make('p', { class: 'coverage' }, summary);
  return make(
    'details',
    { class: 'coverage incomplete', open: lines.length <= 3 },
    make('summary', {}, summary),
    make('ul', {}, ...lines.map((line) => make('li', {}, line))),
  );
}
