import { call } from './api.js';
import { find, make, makeButton } from './dom.js';

/** @typedef {{ id: string, provider: string, fullName: string, private: boolean, archived: boolean, pushedAt?: string }} Repository */

const PER_PAGE = '1000';
const MOST_SHOWN = 100;
/** As many as a request may name. */
const MOST_CHOSEN = 100;

/** The repositories that can be read, and those of them that are to be: none chosen means all. */
export class Repositories {
  /** @type {Repository[]} */
  #all = [];
  /** @type {Set<string>} */
  #chosen = new Set();
  #place = find('#repositories');
  #list = make('ul', { class: 'repositories' });
  #note = make('p', { class: 'note', role: 'status' });
  #readAll = makeButton('Read all', () => this.#chooseNone(), 'link');
  #needle = '';
  #onChange;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** @returns {string[] | undefined} The ids of the chosen ones; undefined when all are meant. */
  get chosen() {
    return this.#chosen.size > 0 ? [...this.#chosen] : undefined;
  }

  /** The newest instant something was pushed, in what is to be read. @returns {Date | undefined} */
  get newestPush() {
    const read = this.#all.filter(({ id }) => this.#chosen.size === 0 || this.#chosen.has(id));
    const times = read.flatMap(({ pushedAt }) => (pushedAt ? [Date.parse(pushedAt)] : []));
    return times.length > 0 ? new Date(Math.max(...times)) : undefined;
  }

  /**
   * Asks for all of them anew.
   * @param {string | undefined} token
   */
  async load(token) {
    this.#place.replaceChildren(
      make('p', { class: 'note', role: 'status' }, 'Looking for repositories'),
    );
    /** @type {Repository[]} */
    const found = [];
    let coverage;
    for (let page = 1; ; page += 1) {
      const query = { page: String(page), perPage: PER_PAGE };
      const answer = await call('repos', { token, query });
      found.push(...answer.repositories);
      coverage = answer.coverage;
      if (answer.repositories.length === 0 || found.length >= answer.total) break;
    }
    this.#all = found;
    const known = new Set(found.map(({ id }) => id));
    this.#chosen = new Set([...this.#chosen].filter((id) => known.has(id)));
    this.#build(coverage.connections);
    this.#onChange();
  }

  clear() {
    this.#all = [];
    this.#chosen.clear();
    this.#needle = '';
    this.#place.replaceChildren();
  }

  /** @param {{ id: string, status: string, reason?: string }[]} connections */
  #build(connections) {
    const gaps = connections
      .filter(({ status, reason }) => status !== 'complete' && reason)
      .map(({ reason }) => make('p', { class: 'note warning' }, reason));
    this.#place.replaceChildren(...(this.#all.length > 1 ? this.#chooser() : []), ...gaps);
    this.#draw();
  }

  #chooser() {
    const search = make('input', {
      type: 'search',
      placeholder: `Search ${this.#all.length} repositories`,
      'aria-label': 'Search repositories',
    });
    search.addEventListener('input', () => {
      this.#needle = /** @type {HTMLInputElement} */ (search).value.trim().toLowerCase();
      this.#draw();
    });
    const tools = make('div', { class: 'section-foot' }, this.#note, this.#readAll);
    return [search, this.#list, tools];
  }

  #chooseNone() {
    this.#chosen.clear();
    this.#draw();
    this.#onChange();
  }

  #draw() {
    const matching = this.#all.filter(({ fullName }) =>
      fullName.toLowerCase().includes(this.#needle),
    );
    const items = matching.slice(0, MOST_SHOWN).map((repository) => this.#item(repository));
    this.#list.replaceChildren(...items);
    this.#readAll.hidden = this.#chosen.size === 0;
    const more = matching.length - items.length;
    this.#note.textContent = [
      this.#chosen.size > 0 ? `${this.#chosen.size} chosen` : 'None chosen: all are read',
      ...(more > 0 ? [`${more} more: search for them`] : []),
      ...(this.#chosen.size >= MOST_CHOSEN ? ['no more can be chosen'] : []),
    ].join(' · ');
  }

  /** @param {Repository} repository */
  #item({ id, fullName, private: isPrivate, archived, provider }) {
    const box = make('input', { type: 'checkbox', checked: this.#chosen.has(id) });
    box.addEventListener('change', () => {
      const isChecked = /** @type {HTMLInputElement} */ (box).checked;
      if (isChecked && this.#chosen.size < MOST_CHOSEN) this.#chosen.add(id);
      else this.#chosen.delete(id);
      const shown = this.#list.scrollTop;
      this.#draw();
      this.#list.scrollTop = shown;
      this.#focus(id);
      this.#onChange();
    });
    box.dataset.id = id;
    const marks = [archived && 'archived', isPrivate && provider !== 'git' && 'private'].filter(
      Boolean,
    );
    return make(
      'li',
      {},
      make(
        'label',
        {},
        box,
        make('span', { title: fullName }, fullName),
        make('small', {}, marks.join(', ')),
      ),
    );
  }

  /** Drawing anew loses it. @param {string} id */
  #focus(id) {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
      this.#list.querySelectorAll('input')
    );
    [...boxes].find((box) => box.dataset.id === id)?.focus();
  }
}
