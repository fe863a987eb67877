import { make } from './dom.js';

/**
 * A problem as people need it: what, why, and what to do now.
 * @param {import('./api.js').Problem} problem
 */
function problemView({ title, detail, hint, errors, retryAfter, requestId }) {
  const fields = (errors ?? []).map(({ field, message }) =>
    make('li', {}, message.startsWith(field) ? message : `${field}: ${message}`),
  );
  return make(
    'div',
    { class: 'problem' },
    make('strong', {}, title),
    detail && detail !== title ? make('p', {}, detail) : undefined,
    fields.length > 0 ? make('ul', {}, ...fields) : undefined,
    hint ? make('p', { class: 'hint' }, hint) : undefined,
    retryAfter ? make('p', { class: 'hint' }, `Worth trying again in ${retryAfter} s.`) : undefined,
    requestId && !hint ? make('p', { class: 'hint' }, `Request ${requestId}`) : undefined,
  );
}

/**
 * Shows a problem in its place, or clears the place.
 * @param {Element} place
 * @param {import('./api.js').Problem} [problem]
 */
export function showProblem(place, problem) {
  place.replaceChildren(...(problem ? [problemView(problem)] : []));
}
