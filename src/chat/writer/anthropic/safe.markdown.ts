import { visible, withoutAddresses } from '../markdown.js';

/** All that can belong together without a space: an address, a tag, the middle of a link. */
const UNFINISHED = /[\x21-\x7e]*$/;
/** Quotes, headings, lists, tasks, rules and code blocks. */
const LEADING_MARKERS =
  /^(?:>|\[[ xX]\](?=\s|$)|(?:[#+=*_-]+|\d{1,9}[.)])(?=\s|$)|`{3,}|~{3,}|\s+)+/;

/**
 * Makes a model's text safe while it streams, whatever the chunks' borders: emphasis and code stay,
 * links, images and HTML lose what makes them so. Text that may still become one of these is held
 * back until the next space.
 */
export class SafeMarkdown {
  private held = '';

  /** @param begun Whether the text goes on in the middle of a line. */
  constructor(private begun = false) {}

  /** What is safe to show of everything pushed so far and not yet shown. */
  push(text: string): string {
    this.held += visible(text);
    const end = this.held.search(UNFINISHED);
    const finished = this.held.slice(0, end);
    this.held = this.held.slice(end);
    return this.begin(disarm(finished));
  }

  /** The rest; the next push begins a new line. */
  flush(): string {
    const rest = this.begin(disarm(this.held)).trimEnd();
    this.held = '';
    this.begun = false;
    return rest;
  }

  /** Nothing at the beginning of a line may turn it into a heading, a list or a code block. */
  private begin(text: string): string {
    if (this.begun) return text;
    const content = text.replace(LEADING_MARKERS, '');
    this.begun = content !== '';
    return content;
  }
}

/** Nothing is escaped with a backslash: inside of `code` that would show. */
const disarm = (text: string): string =>
  withoutAddresses(text)
    .replace(/\](?=[([:])/g, '] ')
    .replace(/<(?=[A-Za-z/!?])/g, '‹');
