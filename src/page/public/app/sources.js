import { call, isPassing, isSessionOver, problemOf } from './api.js';
import { find, make } from './dom.js';
import { showProblem } from './problem-view.js';
import { nameOfProvider, tokenProviders } from './providers.js';

const FILTER_FROM = 8;

/**
 * Where one says what to read: a local repository, an address, or an account by its access token.
 * The same element serves the first screen and the dialog.
 */
export class SourcePicker {
  /** @type {HTMLElement} */
  element;
  #session;
  #onAdded;
  #onSessionOver;
  #problem;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => void} onAdded
   * @param {() => void} onSessionOver
   */
  constructor(session, onAdded, onSessionOver) {
    const template = find('#source-picker', document, HTMLTemplateElement);
    this.element = find(
      '.source-picker',
      /** @type {DocumentFragment} */ (template.content.cloneNode(true)),
    );
    this.#session = session;
    this.#onAdded = onAdded;
    this.#onSessionOver = onSessionOver;
    this.#problem = find('.problem-place', this.element);
    this.element.addEventListener('change', ({ target }) => this.#changed(target));
    this.#onSubmit('url', (data) => this.#add('clone', { url: data.url }));
    this.#onSubmit('token', (data) => this.#addToken(data));
  }

  /** Asks the server what it takes, which depends on who is signed in. */
  async refresh() {
    const [clone, providers] = await Promise.all([this.#cloneOptions(), this.#providers()]);
    this.#offer('local', clone.paths && clone.repositories.length > 0);
    this.#offer('url', clone.urls);
    this.#offer('token', providers.length > 0);
    this.#listRepositories(clone.repositories);
    const options = providers.map((name) => make('option', { value: name }, nameOfProvider(name)));
    find('select', this.element).replaceChildren(...options);
    this.#showOrganization();
    const first = [...this.element.querySelectorAll('label[data-kind]:not([hidden]) input')][0];
    const chosen =
      this.element.querySelector('label[data-kind]:not([hidden]) input:checked') ?? first;
    if (chosen instanceof HTMLInputElement) this.#choose(chosen);
  }

  /** Who is refused is offered nothing: in production that is everybody whom nobody vouches for. */
  async #cloneOptions() {
    try {
      return await call('clone', { token: this.#session.token });
    } catch (error) {
      if (isPassing(problemOf(error))) this.#showProblem(error);
      return { urls: false, paths: false, repositories: [] };
    }
  }

  /** @returns {Promise<string[]>} */
  async #providers() {
    try {
      return tokenProviders(await call('docs/json'));
    } catch (error) {
      this.#showProblem(error);
      return [];
    }
  }

  /** What cannot be offered now can be asked for again. @param {unknown} error */
  #showProblem(error) {
    showProblem(this.#problem, problemOf(error), () => {
      showProblem(this.#problem);
      void this.refresh();
    });
  }

  /**
   * @param {string} kind
   * @param {boolean} available
   */
  #offer(kind, available) {
    find(`label[data-kind=${kind}]`, this.element).hidden = !available;
  }

  /** @param {EventTarget | null} target */
  #changed(target) {
    if (target instanceof HTMLInputElement && target.name === 'kind') {
      showProblem(this.#problem);
      this.#choose(target);
    }
    if (target instanceof HTMLSelectElement) this.#showOrganization();
  }

  /** @param {HTMLInputElement} kind */
  #choose(kind) {
    kind.checked = true;
    for (const panel of this.element.querySelectorAll('[data-panel]')) {
      /** @type {HTMLElement} */ (panel).hidden = panel.getAttribute('data-panel') !== kind.value;
    }
  }

  #showOrganization() {
    const provider = find('select', this.element, HTMLSelectElement).value;
    for (const field of this.element.querySelectorAll('[data-for]')) {
      const isFor = field.getAttribute('data-for') === provider;
      /** @type {HTMLElement} */ (field).hidden = !isFor;
      find('input', field, HTMLInputElement).disabled = !isFor;
    }
  }

  /** @param {{ path: string, name: string }[]} repositories */
  #listRepositories(repositories) {
    const panel = find('[data-panel=local]', this.element);
    const list = find('.choices', panel);
    const items = repositories.map(({ path, name }) => {
      const button = make(
        'button',
        { type: 'button', class: 'choice' },
        make('strong', {}, name),
        path === '.' || path === name ? undefined : make('span', {}, path),
      );
      button.addEventListener('click', () => void this.#add('clone', { path }, button));
      return make('li', {}, button);
    });
    list.replaceChildren(...items);
    panel.querySelector('input[type=search]')?.remove();
    if (items.length >= FILTER_FROM) list.before(filterOf(items));
  }

  /** @param {Record<string, string>} data */
  #addToken({ provider, token, baseUrl, organization }) {
    return this.#add('pat', {
      provider,
      token,
      ...(baseUrl && { baseUrl }),
      ...(organization && { organization }),
    });
  }

  /**
   * @param {'pat' | 'clone'} path
   * @param {object} source
   * @param {HTMLElement} [button]
   */
  async #add(path, source, button) {
    if (this.element.getAttribute('aria-busy') === 'true') return;
    this.element.setAttribute('aria-busy', 'true');
    button?.classList.add('busy');
    showProblem(this.#problem);
    try {
      await this.#session.add(path, source);
      for (const form of this.element.querySelectorAll('form')) form.reset();
      this.#showOrganization();
      this.#onAdded();
    } catch (error) {
      if (isSessionOver(error)) this.#onSessionOver();
      else showProblem(this.#problem, problemOf(error));
    } finally {
      this.element.removeAttribute('aria-busy');
      button?.classList.remove('busy');
    }
  }

  /**
   * @param {string} panel
   * @param {(data: Record<string, string>) => Promise<void>} submit
   */
  #onSubmit(panel, submit) {
    const form = find(`form[data-panel=${panel}]`, this.element, HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
      void submit(Object.fromEntries(entries));
    });
  }
}

/** @param {HTMLElement[]} items */
function filterOf(items) {
  const input = make('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search repositories',
  });
  input.addEventListener('input', () => {
    const needle = /** @type {HTMLInputElement} */ (input).value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent?.toLowerCase().includes(needle);
  });
  return input;
}
