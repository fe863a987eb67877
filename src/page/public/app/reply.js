import { gapsOf, summaryOf } from './coverage-text.js';

/**
 * @typedef {{ id: string, type: string, title: string, url: string }} CitedAction
 * @typedef {{ id: string, status: string, reason?: string, retryAt?: string }} ConnectionCoverage
 * @typedef {{ id: string, fullName: string, status: string, kinds?: string[], reason?: string }} RepositoryCoverage
 * @typedef {{ connections: ConnectionCoverage[], repositories: RepositoryCoverage[], truncated: boolean,
 *   from: string, to: string }} Coverage
 * @typedef {{ event: string, data: Record<string, any> }} Frame
 */

const BULLET = /^[-*] /;
export const WITHOUT_SOURCE = 'without a source';
const NOT_IN_SOURCES = 'not in its sources';
/** Why a text is not the whole one. */
const CUT_SHORT = new Map([
  ['length', 'the text became too long'],
  ['refused', 'the language model refused to go on'],
]);

/** A recap as its events tell it. */
export class Reply {
  text = '';
  /** @type {Map<number, CitedAction[]>} */
  citations = new Map();
  /** @type {{ stage: string, done: number, total?: number } | undefined} */
  progress = undefined;
  /** @type {'running' | 'done' | 'failed' | 'stopped'} */
  status = 'running';
  /** @type {string | undefined} */
  stopReason = undefined;
  /** @type {Record<string, any>} */
  usage = {};
  /** @type {Coverage | undefined} */
  coverage = undefined;
  /** @type {number[]} */
  uncited = [];
  /** @type {{ bullet: number, text: string }[]} */
  doubtful = [];
  /** @type {import('./api.js').Problem | undefined} */
  problem = undefined;

  /** @param {Frame} frame */
  apply({ event, data }) {
    switch (event) {
      case 'progress':
        this.progress = { stage: data.stage, done: data.done, total: data.total };
        break;
      case 'token':
        this.text += data.text;
        break;
      case 'citation':
        this.citations.set(data.bullet, [...(this.citations.get(data.bullet) ?? []), data.action]);
        break;
      case 'done': {
        const { stopReason, usage, coverage, uncited, doubtful = [] } = data;
        Object.assign(this, { status: 'done', stopReason, usage, coverage, uncited, doubtful });
        break;
      }
      case 'error':
        this.status = 'failed';
        this.problem = data.problem;
        break;
    }
  }

  /** Nobody follows it any more. */
  stop() {
    this.status = 'stopped';
  }

  /** How many bullets there are by now. */
  get bullets() {
    return this.text.split('\n').filter((line) => BULLET.test(line)).length;
  }

  /** How it ended, in words; empty while it is written. */
  get ending() {
    const written = `${this.bullets} ${this.bullets === 1 ? 'bullet' : 'bullets'}`;
    if (this.status === 'running') return '';
    if (this.status === 'stopped') return `Stopped after ${written}`;
    if (this.status === 'failed') return this.bullets > 0 ? `Broken off after ${written}` : '';
    if (this.stopReason === 'end') return this.bullets > 0 ? `Done: ${written}` : 'Done';
    if (this.stopReason === 'cancelled') {
      return this.bullets > 0 ? `Cancelled after ${written}` : 'Cancelled';
    }
    const why = CUT_SHORT.get(this.stopReason ?? '') ?? `the reason given is “${this.stopReason}”`;
    return `Ended early after ${written}: ${why}`;
  }

  /** Whether it ended with all that was to be said. */
  get isWhole() {
    return this.status === 'done' && this.stopReason === 'end';
  }

  /** What a bullet says and none of its sources, in words; empty where there is nothing. @param {number} bullet */
  doubtOf(bullet) {
    const texts = this.doubtful.filter((doubt) => doubt.bullet === bullet).map(({ text }) => text);
    return texts.length > 0 ? `${NOT_IN_SOURCES}: ${texts.join(', ')}` : '';
  }

  /**
   * The text with the sources of each bullet at its end, how it ended where that was early, and what
   * was read for it.
   * @param {(connection: { id: string, provider: string }) => string} nameOf
   */
  toMarkdown(nameOf) {
    let bullet = 0;
    const lines = this.text
      .trim()
      .split('\n')
      .map((line) => {
        if (!BULLET.test(line)) return line;
        bullet += 1;
        return `${line.trimEnd()}${this.#sourcesOf(bullet)}`;
      });
    const notes = [
      ...(this.isWhole ? [] : [`${this.ending}.`]),
      ...(this.coverage ? coverageInMarkdown(this.coverage, nameOf) : []),
    ];
    return [lines.join('\n'), ...notes].join('\n\n').concat('\n');
  }

  /** @param {number} bullet */
  #sourcesOf(bullet) {
    const sources = (this.citations.get(bullet) ?? []).map(toLink);
    const doubt = this.doubtOf(bullet);
    if (sources.length > 0) return ` (${sources.join(', ')})${doubt && ` (${escape(doubt)})`}`;
    return this.uncited.includes(bullet) ? ` (${WITHOUT_SOURCE})` : '';
  }
}

/**
 * @param {Coverage} coverage
 * @param {(connection: { id: string, provider: string }) => string} nameOf
 */
function coverageInMarkdown(coverage, nameOf) {
  const gaps = gapsOf(coverage, nameOf).map((gap) => `- ${escape(gap)}`);
  const summary = `Read: ${escape(summaryOf(coverage))}`;
  return gaps.length > 0 ? [`${summary}. Not complete:`, gaps.join('\n')] : [`${summary}.`];
}

/** Names of repositories and reasons are no Markdown. @param {string} text */
const escape = (text) => text.replace(/[\\`*_[\]<>]/g, '\\$&');

/** @param {CitedAction} action */
function toLink(action) {
  const label = labelOf(action).replace(/[\\[\]]/g, '\\$&');
  const address = webAddress(action.url);
  if (!address) return `\`${action.url}\``;
  return `[${label}](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

/**
 * What a citation is called: a commit by its short hash, the rest by number or name, as its id tells.
 * @param {CitedAction} action
 */
export function labelOf({ id, type }) {
  const mark = `#${type}:`;
  const at = id.lastIndexOf(mark);
  const name = at < 0 ? '' : id.slice(at + mark.length);
  // A review's name is an opaque id.
  if (!name || type === 'review') return type.replaceAll('_', ' ');
  if (type === 'commit') return name.slice(0, 7);
  return /^\d+$/.test(name) ? `#${name}` : name;
}

/**
 * The address if a browser can open it: commits of a repository without a web address have none.
 * @param {string} url
 */
export function webAddress(url) {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}
