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
  #reply = new Reply();
  #drawing = false;
  #isLost = false;

  /** @param {() => void} onCancel */
  constructor(onCancel) {
    this.#cancel.addEventListener('click', () => {
      this.#cancel.disabled = true;
      this.#say('Cancelling');
      onCancel();
    });
    this.#copy.addEventListener('click', () => void copy(this.#reply.toMarkdown(), this.#copy));
    this.#text.addEventListener('click', ({ target }) => {
      const button = /** @type {Element} */ (target).closest('[data-copy]');
      if (button) void copy(button.getAttribute('data-copy') ?? '', button);
    });
  }

  get isRunning() {
    return this.#root.getAttribute('aria-busy') === 'true';
  }

  /** Begins with an empty sheet. */
  begin() {
    this.#reply = new Reply();
    this.#isLost = false;
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

  /** What there is stays; nothing more will come. */
  stop() {
    if (!this.isRunning) return;
    this.#setRunning(false);
    this.#say('Stopped');
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
    showProblem(find('#recap-problem'), reply.problem);
    find('#recap-foot').replaceChildren(...footer(reply));
    if (reply.status !== 'running') this.#say(ending(reply));
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

/** @param {Reply} reply */
function ending({ status, stopReason, bullets }) {
  if (status === 'failed') return '';
  const written = `${bullets} ${bullets === 1 ? 'bullet' : 'bullets'}`;
  if (stopReason === 'cancelled') return bullets > 0 ? `Cancelled after ${written}` : 'Cancelled';
  if (stopReason === 'length') return `Ended early after ${written}: the text became too long`;
  return bullets > 0 ? `Done: ${written}` : 'Done';
}

/** @param {Reply} reply */
function footer({ status, coverage, usage }) {
  if (status === 'running') return [];
  const { writer, model, inputTokens, outputTokens } = usage ?? {};
  const tokens = inputTokens ? `, ${inputTokens} tokens read, ${outputTokens} written` : '';
  const by =
    writer === 'extractive' ? 'Without a language model' : `By ${model ?? writer}${tokens}`;
  return [
    ...(coverage ? [coverageView(coverage)] : []),
    ...(writer ? [make('p', { class: 'writer' }, by)] : []),
  ];
}
