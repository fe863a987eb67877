import type { Person } from '../../person.js';
import { decodeText } from '../decode-text.js';
import type { GitObject } from './git.objects.js';

const MAX_LINE_LENGTH = 1_000;
const SECONDS = /^-?\d+$/;

export interface Signature {
  readonly person: Person;
  /** Seconds since 1970; undefined where there are none. */
  readonly seconds?: number;
}

/** What a commit or tag says of itself before its message, read as leniently as it was written. */
export class ObjectHeader {
  private readonly lines: readonly string[];
  private readonly rest: string;

  constructor({ content }: GitObject) {
    const [, encoding] = /^encoding (.{1,40})$/m.exec(headerOf(content).toString('latin1')) ?? [];
    const text = decodeText(content, encoding);
    const end = text.indexOf('\n\n');
    this.lines = (end === -1 ? text : text.slice(0, end)).split('\n');
    this.rest = end === -1 ? '' : text.slice(end + 2);
  }

  /** What follows, without a signature at its end. */
  get message(): string {
    return this.rest.replace(/^-----BEGIN (?:PGP|SSH|SIGNED) [^]*/m, '');
  }

  /** `tree`, `object`, `type`: the first of that name. */
  field(name: string): string | undefined {
    return this.fields(name)[0];
  }

  fields(name: string): string[] {
    return this.lines
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
  }

  /** `author`, `committer`, `tagger`: `Name <address> seconds offset`, any part of which may be missing. */
  signature(name: string): Signature | undefined {
    const line = this.field(name)?.slice(0, MAX_LINE_LENGTH);
    if (line === undefined) return undefined;
    const bracket = line.lastIndexOf('>');
    const words = line
      .slice(bracket + 1)
      .trim()
      .split(/\s+/);
    // Without a bracket the name comes first: the date is the last number, before the zone if there is one.
    const date = bracket === -1 ? words.slice(-2).find((word) => SECONDS.test(word)) : words[0];
    const end = bracket === -1 && date !== undefined ? line.lastIndexOf(date) : bracket + 1;
    const contact = line.slice(0, end || undefined);
    const open = contact.indexOf('<');
    return {
      person: {
        name: (open === -1 ? contact : contact.slice(0, open)).trim(),
        email: open === -1 ? '' : contact.slice(open + 1).replace(/[<>\s]+/g, ''),
      },
      ...(date !== undefined && SECONDS.test(date) && { seconds: Number(date) }),
    };
  }
}

function headerOf(content: Buffer): Buffer {
  const end = content.indexOf('\n\n');
  return end === -1 ? content : content.subarray(0, end);
}
