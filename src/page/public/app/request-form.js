import { addDays, dayOf, describeDays, timeZone } from './calendar.js';
import { find } from './dom.js';

const WEEK = 7;

/** What the recap is to be about and how it is to be. */
export class RequestForm {
  #form = find('#request', document, HTMLFormElement);
  #latest = find('#window-latest');
  #dates = find('#window-dates');
  #note = find('#window-note');
  #names = find('#author-names');
  #me = find('#author-me');
  /** @type {Date | undefined} */
  #newest = undefined;
  #windowTouched = false;
  #authorTouched = false;

  /** @param {() => void} onSubmit */
  constructor(onSubmit) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      onSubmit();
    });
    addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
      const isShown = this.#form.offsetParent !== null;
      if (key === 'Enter' && (ctrlKey || metaKey) && isShown) this.#form.requestSubmit();
    });
    this.#form.addEventListener('input', ({ target }) => {
      const { name } = /** @type {HTMLInputElement} */ (target);
      if (name === 'window') this.#windowTouched = true;
      if (name === 'author') this.#authorTouched = true;
      this.#update();
    });
    this.#update();
  }

  /**
   * What is known of what will be read.
   * @param {{ newestPush?: Date, hasViewer: boolean }} sources
   */
  offer({ newestPush, hasViewer }) {
    this.#newest = newestPush;
    const isQuiet = newestPush !== undefined && dayOf(newestPush) < addDays(today(), 1 - WEEK);
    this.#latest.hidden = !isQuiet;
    this.#me.hidden = !hasViewer;
    const isGone = this.#value('window') === 'latest' && !isQuiet;
    if (!this.#windowTouched || isGone) {
      this.#select('window', isQuiet && !hasViewer ? 'latest' : '7');
    }
    const isNobody = this.#value('author') === 'me' && !hasViewer;
    if (!this.#authorTouched || isNobody) this.#select('author', hasViewer ? 'me' : '*');
    this.#update();
  }

  /** The data of a `recap` message. */
  get request() {
    const { since, until } = this.#window();
    return {
      since,
      until,
      timeZone,
      author: this.#authors(),
      bullets: Number(this.#value('bullets')),
      style: this.#value('style'),
    };
  }

  #window() {
    const choice = this.#value('window');
    if (choice === 'custom') return { since: this.#value('since'), until: this.#value('until') };
    const until = choice === 'latest' && this.#newest ? dayOf(this.#newest) : today();
    const days = choice === 'latest' ? WEEK : Number(choice);
    return { since: addDays(until, 1 - days), until };
  }

  #authors() {
    const choice = this.#value('author');
    if (choice !== 'named') return [choice];
    return this.#value('names')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
  }

  #update() {
    const isCustom = this.#value('window') === 'custom';
    if (isCustom && this.#dates.hidden) this.#prefillDates();
    this.#dates.hidden = !isCustom;
    this.#enable(this.#dates, isCustom);
    const isNamed = this.#value('author') === 'named';
    this.#names.hidden = !isNamed;
    this.#enable(this.#names, isNamed);
    this.#field('bulletsShown').value = this.#value('bullets');
    this.#describeWindow();
  }

  /** The dates begin where the choice before them was. */
  #prefillDates() {
    for (const [name, value] of Object.entries({
      since: addDays(today(), 1 - WEEK),
      until: today(),
    })) {
      if (!this.#value(name)) this.#field(name).value = value;
    }
  }

  #describeWindow() {
    const { since, until } = this.#window();
    const isReadable = since !== '' && until !== '';
    const isBackwards = isReadable && since > until;
    this.#field('until').setCustomValidity?.(isBackwards ? 'This is before the first day.' : '');
    const why = this.#value('window') === 'latest' ? 'up to the newest commit, ' : '';
    this.#note.textContent =
      isReadable && !isBackwards ? `${describeDays(since, until)} · ${why}days in ${timeZone}` : '';
  }

  /**
   * Fields out of sight are not asked for.
   * @param {Element} place
   * @param {boolean} enabled
   */
  #enable(place, enabled) {
    for (const input of place.querySelectorAll('input')) input.disabled = !enabled;
  }

  /** @param {string} name @returns {any} */
  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  /** @param {string} name @returns {string} */
  #value(name) {
    return this.#field(name).value;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #select(name, value) {
    this.#field(name).value = value;
  }
}

const today = () => dayOf(new Date());
