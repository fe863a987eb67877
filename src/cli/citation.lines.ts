import type { Citation } from './reply.stream.js';
import { printable, type Terminal } from './terminal.js';

const INDENT = '  ';

/** A bullet's sources: links side by side where the terminal shows them, else one a line with its address. */
export function citationLines(citations: readonly Citation[], terminal: Terminal): string {
  const dim = (text: string): string => terminal.paint('dim', text);
  if (!terminal.hasLinks) {
    return citations.map((one) => `${INDENT}${dim(`${labelOf(one)}  ${placeOf(one)}`)}\n`).join('');
  }
  const links = citations.map((one) => {
    const url = webAddress(one.url);
    return dim(url ? terminal.link(labelOf(one), url) : labelOf(one));
  });
  return `${INDENT}${links.join(dim(' · '))}\n`;
}

/** A commit by its short hash, the rest by number or name, as the id tells: `…#commit:<sha>`. */
function labelOf({ id, type }: Citation): string {
  const mark = `#${type}:`;
  const at = id.lastIndexOf(mark);
  const name = at < 0 ? type : oneLine(id.slice(at + mark.length));
  if (type === 'commit') return name.slice(0, 7);
  return /^\d+$/.test(name) ? `#${name}` : name;
}

/** What no browser opens is told by its title. */
const placeOf = ({ url, title }: Citation): string => webAddress(url) ?? oneLine(title);

const oneLine = (text: string): string => printable(text).replaceAll('\n', ' ');

/** Parsed and put together anew, an address holds nothing but visible ASCII characters. */
function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) ? url.href : undefined;
}
