import { make, makeButton } from './dom.js';

/**
 * A problem as people need it: what, why, and what to do now.
 * @param {import('./api.js').Problem} problem
 * @param {() => void} [retry]
 */
function problemView({ title, detail, hint, errors, retryAfter, requestId }, retry) {
  const fields = (errors ?? []).map(({ field, message }) =>
    make('li', {}, message.startsWith(field) ? message : `${field}: ${message}`),
  );
  return make(
    'div',
    { class: 'problem' },
    make('strong', {}, title),
    detail && detail !== title ? make('p', {}, detail) : undefined,
    fields.length > 0 ? make('ul', {}, ...fields) : undefined,
    // Hints are for programs, too, which know the time by a header.
    hint && !retryAfter ? make('p', { class: 'hint' }, hint) : undefined,
    retryAfter ? make('p', { class: 'hint' }, `Worth trying again in ${retryAfter} s.`) : undefined,
    requestId && !hint ? make('p', { class: 'hint' }, `Request ${requestId}`) : undefined,
    retry && makeButton('Try again', retry),
  );
}

/**
 * Shows a problem in its place, or clears the place.
 * @param {Element} place
 * @param {import('./api.js').Problem} [problem]
 * @param {() => void} [retry] What its button does, where trying again is of use.
 */
export function showProblem(place, problem, retry) {
  place.replaceChildren(...(problem ? [problemView(problem, retry)] : []));
}
