/**
 * @typedef {{ id: string, type: string, title: string, url: string }} CitedAction
 * @typedef {{ id: string, status: string, reason?: string, retryAt?: string }} ConnectionCoverage
 * @typedef {{ id: string, fullName: string, status: string, kinds?: string[], reason?: string }} RepositoryCoverage
 * @typedef {{ connections: ConnectionCoverage[], repositories: RepositoryCoverage[], truncated: boolean,
 *   from: string, to: string }} Coverage
 * @typedef {{ event: string, data: Record<string, any> }} Frame
 */

const BULLET = /^[-*] /;

/** A recap as its events tell it. */
export class Reply {
  text = '';
  /** @type {Map<number, CitedAction[]>} */
  citations = new Map();
  /** @type {{ stage: string, done: number, total?: number } | undefined} */
  progress = undefined;
  /** @type {'running' | 'done' | 'failed'} */
  status = 'running';
  /** @type {string | undefined} */
  stopReason = undefined;
  /** @type {Record<string, any>} */
  usage = {};
  /** @type {Coverage | undefined} */
  coverage = undefined;
  /** @type {number[]} */
  uncited = [];
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
        const { stopReason, usage, coverage, uncited } = data;
        Object.assign(this, { status: 'done', stopReason, usage, coverage, uncited });
        break;
      }
      case 'error':
        this.status = 'failed';
        this.problem = data.problem;
        break;
    }
  }

  /** How many bullets there are by now. */
  get bullets() {
    return this.text.split('\n').filter((line) => BULLET.test(line)).length;
  }

  /** The text with the sources of each bullet at its end. */
  toMarkdown() {
    let bullet = 0;
    const lines = this.text.trim().split('\n');
    return lines
      .map((line) => {
        if (!BULLET.test(line)) return line;
        bullet += 1;
        const sources = (this.citations.get(bullet) ?? []).map(toLink);
        return sources.length > 0 ? `${line.trimEnd()} (${sources.join(', ')})` : line;
      })
      .join('\n')
      .concat('\n');
  }
}

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
  if (!name) return type.replaceAll('_', ' ');
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
