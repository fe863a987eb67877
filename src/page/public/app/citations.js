import { make } from './dom.js';
import { icon } from './icons.js';
import { openElsewhere } from './markdown.js';
import { labelOf, WITHOUT_SOURCE, webAddress } from './reply.js';

/** @typedef {import('./reply.js').CitedAction} CitedAction */

/**
 * The sources of a bullet, or the mark that it has none.
 * @param {CitedAction[]} actions
 * @param {boolean} uncited
 */
export function citationsView(actions, uncited) {
  if (actions.length === 0) {
    return uncited ? make('span', { class: 'uncited' }, WITHOUT_SOURCE) : undefined;
  }
  const items = actions.map((action) => make('li', {}, citation(action)));
  return make('ul', { class: 'citations', 'aria-label': 'Sources' }, ...items);
}

/** @param {CitedAction} action */
function citation(action) {
  const { type, title, url } = action;
  const kind = type.replaceAll('_', ' ');
  const name = make('span', { class: 'visually-hidden' }, `${kind} `);
  const address = webAddress(url);
  if (!address) return copyable(action, name, kind);
  const link = make(
    'a',
    { href: address, title: `${title} (${kind})` },
    icon(type),
    name,
    labelOf(action),
  );
  openElsewhere(link);
  return link;
}

/**
 * No browser opens it, but its identifier can be taken along.
 * @param {CitedAction} action
 * @param {HTMLElement} name
 * @param {string} kind
 */
function copyable(action, name, kind) {
  const { type, title, url } = action;
  return make(
    'button',
    { type: 'button', 'data-copy': url, title: `${title} (${kind}). Click to copy ${url}` },
    icon(type),
    name,
    make('code', {}, labelOf(action)),
  );
}
