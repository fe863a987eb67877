import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { marked } from 'marked';

import { escapeMarkdown } from './markdown.js';

const render = (text: string): string =>
  marked.parse(`- ${escapeMarkdown(text)}\n`, { async: false, gfm: true });

const plain = (html: string): string => html.replace(/^<ul>\n<li>([^]*)<\/li>\n<\/ul>\n$/, '$1');

describe('escapeMarkdown', () => {
  it.each([
    ['Support <script> & `code` in [titles]', 'Support &lt;script&gt; &amp; `code` in [titles]'],
    ['1. not a list', '1. not a list'],
    ['# not a heading', '# not a heading'],
    ['- [ ] not a task', '- [ ] not a task'],
    ['snake_case and __init__', 'snake_case and __init__'],
    ['a ~~b~~ **c** *d*', 'a ~~b~~ **c** *d*'],
    ['show &lt; as it was written', 'show &amp;lt; as it was written'],
  ])('shows %j as it was written', (title, html) => {
    expect(plain(render(title))).toBe(html);
  });

  it.each([
    ['see https://evil.example/x', 'see evil.example/x'],
    ['hthttps://tps://evil.example', 'evil.example'],
    [':www.//evil.example', ': evil.example'],
    ['visit www.evil.example', 'visit evil.example'],
    ['mail ada@evil.example', 'mail ada at evil.example'],
    ['mail ada@1.2.evil.example', 'mail ada at 1.2.evil.example'],
    ['two\r\nlines\u2028here', 'two lines here'],
    ['hid\u200Bden \u202Eorder', 'hidden order'],
  ])('takes out of %j what makes a link or hides something', (title, shown) => {
    expect(plain(render(title))).toBe(shown);
  });

  it.each([
    ['plugin-legacy@8.2.3'],
    ['@changesets/cli@2.30.0-next.1+build.5'],
    ['actions/checkout@v4.1'],
    ['3.1.0'],
    ['#12 is closed'],
    ['-1 is a number'],
    ['می\u200Cخواهم'],
    ['👨\u200D💻 at work'],
  ])('leaves %j as it was written', (text) => {
    expect(escapeMarkdown(text)).toBe(text);
  });

  it('makes one list item without any markup of whatever text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(render(`x${text}`))).not.toMatch(/[<\n]/);
      }),
    );
  });
});
