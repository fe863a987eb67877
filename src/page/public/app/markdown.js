import DOMPurify from '../vendor/dompurify.js';
import { Marked } from '../vendor/marked.js';

const HEADING_OFFSET = 2;

/** Pieces of a page that someone wrote are shown as what they wrote. */
const escapeHtml = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const markdown = new Marked({
  gfm: true,
  async: false,
  renderer: { html: ({ text }) => escapeHtml(text) },
  /** The text is a part of this page, below its second heading. */
  walkTokens: (token) => {
    if (token.type === 'heading') token.depth = Math.min(6, token.depth + HEADING_OFFSET);
  },
});

/** No pictures (they tell their server who reads), no forms, no styles. */
const ALLOWED = {
  ALLOWED_TAGS: [
    ...['h3', 'h4', 'h5', 'h6', 'p', 'ul', 'ol', 'li', 'blockquote', 'pre', 'hr', 'br'],
    ...['a', 'code', 'strong', 'em', 'del'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'start'],
  ALLOWED_URI_REGEXP: /^https?:/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const purify = DOMPurify(window);
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A') openElsewhere(/** @type {Element} */ (node));
});

/**
 * Links lead out of the page and tell nothing of it.
 * @param {Element} link
 */
export function openElsewhere(link) {
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
}

/**
 * Someone's Markdown, as far as it has come, safe to put into the page.
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function render(text) {
  const html = /** @type {string} */ (markdown.parse(text));
  return /** @type {any} */ (purify.sanitize(html, ALLOWED));
}
