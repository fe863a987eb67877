import { isPassing } from './api.js';
import { citationsView } from './citations.js';
import { copy } from './clipboard.js';
import { coverageView } from './coverage.js';
import { find, make, reconcile } from './dom.js';
import { render } from './markdown.js';
import { showProblem } from './problem-view.js';
import { Reply } from './reply.js';

const STAGES = {
  repositories: 'Looking for repositories',
  actions: 'Reading what happened',
  condensing: 'Summing up',
  writing: 'Writing',
};

/** The recap on the page: how far it is, its text, its sources, and what stands behind it. */
export class ReplyView {
  #root = find('#recap');
  #text = find('#recap-text');
  #status = find('#recap-status');
  #progress = find('progress', find('#recap-progress'), HTMLProgressElement);
  #copy = find('#copy');
  #cancel = find('#cancel', document, HTMLButtonElement);
  #notice = find('#recap-notice');
  #onRetry;
  #nameOf;
  #reply = new Reply();
  #drawing = false;
  #isLost = false;

  /**
   * @param {{ onCancel: () => void, onRetry: () => void, nameOf: import('./coverage-text.js').NameOf }} asked
   *   What is done when somebody asks for it, and what connections are called.
   */
  constructor({ onCancel, onRetry, nameOf }) {
    this.#onRetry = onRetry;
    this.#nameOf = nameOf;
    this.#cancel.addEventListener('click', () => {
      this.#cancel.disabled = true;
      this.#say('Cancelling');
      onCancel();
    });
    this.#copy.addEventListener(
      'click',
      () => void copy(this.#reply.toMarkdown(this.#nameOf), this.#copy),
    );
    this.#text.addEventListener('click', ({ target }) => {
      const button = /** @type {Element} */ (target).closest('[data-copy]');
      if (button) void copy(button.getAttribute('data-copy') ?? '', button);
    });
  }

  get isRunning() {
    return this.#root.getAttribute('aria-busy') === 'true';
  }

  get isEmpty() {
    return this.#reply.text === '';
  }

  /** Nothing stays of the reply there was. */
  clear() {
    this.#reply = new Reply();
    this.#isLost = false;
    this.#setRunning(false);
    this.#draw();
    this.#say('');
    find('#recap-empty').hidden = false;
  }

  /** Begins with an empty sheet. */
  begin() {
    this.clear();
    this.#cancel.disabled = false;
    find('#recap-empty').hidden = true;
    this.#setRunning(true);
    this.#say('Starting');
    this.#draw();
  }

  /** @param {import('./reply.js').Frame} frame */
  apply(frame) {
    this.#isLost = false;
    this.#reply.apply(frame);
    if (this.#reply.status !== 'running') this.#setRunning(false);
    if (!this.#drawing) requestAnimationFrame(() => this.#draw());
    this.#drawing = true;
  }

  /** @param {number} waitSeconds */
  showLost(waitSeconds) {
    this.#isLost = true;
    this.#say(`Connection lost. Trying again in ${waitSeconds} s`);
  }

  /** Why the recap comes another way than it should. @param {string} text */
  showNotice(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = false;
  }

  /**
   * @param {import('./api.js').Problem | undefined} problem
   * @param {() => void} retry Offered where it may help.
   */
  showProblem(problem, retry) {
    const mayHelp = problem && isPassing(problem);
    showProblem(find('#recap-problem'), problem, mayHelp ? retry : undefined);
  }

  /** What there is stays; nothing more will come. */
  stop() {
    if (!this.isRunning) return;
    this.#reply.stop();
    this.#setRunning(false);
    this.#draw();
  }

  /** @param {boolean} running */
  #setRunning(running) {
    this.#root.setAttribute('aria-busy', String(running));
    this.#cancel.hidden = !running;
    find('#recap-progress').hidden = !running;
  }

  #draw() {
    this.#drawing = false;
    const reply = this.#reply;
    reconcile(this.#text, this.#annotated(reply));
    this.#copy.hidden = reply.text === '' || this.isRunning;
    this.#text.classList.toggle('writing', this.isRunning && reply.text !== '');
    this.showProblem(reply.problem, this.#onRetry);
    find('#recap-foot').replaceChildren(...footer(reply, this.#nameOf));
    if (reply.status !== 'running') this.#say(reply.ending);
    else if (reply.progress && !this.#isLost) this.#showProgress(reply.progress);
  }

  /** The text with the sources under each of its bullets. @param {Reply} reply */
  #annotated(reply) {
    const fragment = render(reply.text);
    const bullets = [...fragment.children]
      .filter(({ nodeName }) => nodeName === 'UL' || nodeName === 'OL')
      .flatMap((list) => [...list.children]);
    bullets.forEach((bullet, index) => {
      const number = index + 1;
      const actions = reply.citations.get(number) ?? [];
      const sources = citationsView(actions, reply.uncited.includes(number));
      if (sources) bullet.append(sources);
      const doubt = reply.doubtOf(number);
      if (doubt) bullet.append(make('span', { class: 'uncited' }, doubt));
    });
    return fragment;
  }

  /** @param {NonNullable<Reply['progress']>} progress */
  #showProgress({ stage, done, total }) {
    const name = STAGES[/** @type {keyof typeof STAGES} */ (stage)] ?? 'Working';
    const isCounted = total !== undefined && total > 1 && stage !== 'writing';
    if (isCounted) {
      this.#progress.max = total;
      this.#progress.value = done;
    } else {
      this.#progress.removeAttribute('value');
    }
    this.#say(isCounted ? `${name}: ${done} of ${total}` : name);
  }

  /** Read out by screen readers, so only what is new is set. @param {string} text */
  #say(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }
}

/**
 * @param {Reply} reply
 * @param {import('./coverage-text.js').NameOf} nameOf
 */
function footer({ status, coverage, usage }, nameOf) {
  if (status === 'running') return [];
  const { writer, model, inputTokens, outputTokens } = usage ?? {};
  const tokens = inputTokens ? `, ${inputTokens} tokens read, ${outputTokens} written` : '';
  const by =
    writer === 'extractive' ? 'Without a language model' : `By ${model ?? writer}${tokens}`;
  return [
    ...(coverage ? [coverageView(coverage, nameOf)] : []),
    ...(writer ? [make('p', { class: 'writer' }, by)] : []),
  ];
}
