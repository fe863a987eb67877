import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { marked } from 'marked';

import { citationsFollowTheirBullets } from '../../../../test/support/recap.jobs.js';
import type { WriterEvent } from '../recap.writer.js';
import type { BlockEvent } from './block.events.js';
import { ReplyParser } from './reply.parser.js';
import { Said } from './said.js';

/** Text as it comes, and citations of what came before, each with its text in a block of its own. */
type Step = string | { readonly cite: string };

const eventsOf = (steps: readonly Step[]): BlockEvent[] => {
  let index = 0;
  return steps.flatMap((step, place): BlockEvent[] => {
    if (typeof step !== 'string') return [{ kind: 'cite', index, actionIds: [step.cite] }];
    const isAfterCitation = typeof (steps[place - 1] ?? '') !== 'string';
    if (isAfterCitation) index += 1;
    return [
      ...(isAfterCitation ? [{ kind: 'close', index: index - 1 } as const] : []),
      ...(isAfterCitation || place === 0 ? [{ kind: 'open', index } as const] : []),
      { kind: 'text', index, text: step },
    ];
  });
};

const parse = (steps: readonly Step[], limit = 5) => {
  const said = new Said('', { citations: [], pending: [] }, false);
  const parser = new ReplyParser(limit, said);
  const events: WriterEvent[] = [];
  for (const event of eventsOf(steps)) events.push(...said.tell(parser.hear(event)));
  events.push(...said.tell(parser.end()));
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  const citations = events.flatMap((event) =>
    event.kind === 'citation' ? [`${event.bullet} ${event.actionId}`] : [],
  );
  return { text, citations, events, bullets: said.count, uncited: said.uncited };
};

/** A text cut at random places. */
const inChunks = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(text.length)).map((cuts) => {
    const borders = [0, ...cuts.sort((one, other) => one - other), text.length];
    return borders.slice(1).map((border, index) => text.slice(borders[index], border));
  });

describe('ReplyParser', () => {
  it('puts citations behind the bullet whose text they came with', () => {
    const { text, citations, events } = parse([
      '- ',
      'Keys rotate',
      { cite: 'a' },
      { cite: 'b' },
      '.\n',
      '- ',
      { cite: 'c' },
      'Exports work',
      { cite: 'd' },
    ]);

    expect(text).toBe('- Keys rotate.\n- Exports work\n');
    expect(citations).toEqual(['1 a', '1 b', '1 c', '2 d']);
    expect(citationsFollowTheirBullets(events)).toBe(true);
  });

  it('names each action once a bullet, and the bullets without any', () => {
    const { citations, uncited } = parse(['- A', { cite: 'a' }, { cite: 'a' }, '\n- B\n- C']);

    expect(citations).toEqual(['1 a']);
    expect(uncited).toEqual([2, 3]);
  });

  it('drops what stands around the bullets, with its citations', () => {
    const { text, citations } = parse([
      'Here is the recap:\n\n',
      { cite: 'x' },
      '- A',
      { cite: 'a' },
      '\n\nLet me know\nif you need more.',
      { cite: 'y' },
    ]);

    expect(text).toBe('- A\n');
    expect(citations).toEqual(['1 a']);
  });

  it('joins a bullet that was broken into lines', () => {
    expect(parse(['- one\n  bullet\n- another']).text).toBe('- one bullet\n- another\n');
  });

  it.each(['* ', '• ', '– ', '— ', '・', '・ ', '2. ', '12) ', '  ◦ '])(
    'takes lines that begin with %j as bullets',
    (marker) => {
      const reply = `${marker}最初の変更\n${marker}Second – with a dash\n- third`;
      const letters = [...reply];

      expect(parse([reply]).text).toBe('- 最初の変更\n- Second – with a dash\n- third\n');
      expect(parse(letters).text).toBe(parse([reply]).text);
    },
  );

  it.each([
    ['an emoji of several', '- A family 👨\u200D👩\u200D👧 and ❤️\u200D🔥 arrived'],
    ['halves of a surrogate pair', '- A rocket 🚀 started 🚀'],
    ['Persian', '- می\u200Cخواهم این را'],
    ['Sinhala', '- ශ්\u200Dරී ලංකා'],
    ['Hindi', '- क्\u200Dष और क्\u200Cष'],
  ])('keeps the letters of %s together wherever the chunks end', (_, reply) => {
    expect(parse([reply]).text).toBe(`${reply}\n`);
    for (let cut = 0; cut <= reply.length; cut += 1) {
      expect(parse([reply.slice(0, cut), reply.slice(cut)]).text).toBe(`${reply}\n`);
    }
    expect(parse(Array.from(reply.split(''))).text).toBe(`${reply}\n`);
  });

  it('takes out what deceives, wherever the chunks end', () => {
    const reply = '- pay\u200Cpal \u202Enrut\u202C a\u200Db \u200D\u200D\u2060x \u{E0041}y';
    expect(parse([reply]).text).toBe('- paypal nrut ab x y\n');
    expect(parse(reply.split('')).text).toBe('- paypal nrut ab x y\n');
  });

  it('cuts what is more than was asked for', () => {
    const steps = ['- A\n', { cite: 'a' }, '- B\n', { cite: 'b' }, '- C', { cite: 'c' }, '\n- D'];
    const { text, bullets, citations } = parse(steps, 2);

    expect(text).toBe('- A\n- B\n');
    expect(bullets).toBe(2);
    expect(citations).toEqual(['1 a', '2 b']);
  });

  it.each([
    ['- see [docs](https://evil.example) now', '- see [docs] (evil.example) now'],
    ['- an ![image](a.png)', '- an ![image] (a.png)'],
    ['- <b>bold</b> and <https://evil.example>', '- ‹b>bold‹/b> and ‹evil.example>'],
    ['- # heading', '- heading'],
    ['- ```js', '- js'],
    ['- > quote', '- quote'],
    ['- * * *', '- '],
    ['- **bold** start', '- **bold** start'],
    ['- `Map<String>` and **this** stay', '- `Map‹String>` and **this** stay'],
    ['- 3 < 4 and a > b', '- 3 < 4 and a > b'],
    ['- [y]: https://evil.example', '- [y] : evil.example'],
    ['- [y]\u200B(https://evil.example)', '- [y] (evil.example)'],
    ['- [x] done', '- done'],
  ])('makes %j safe', (reply, safe) => {
    expect(parse([reply]).text).toBe(`${safe}\n`);
  });

  it('gives the same text and citations wherever the chunks end', () => {
    const reply =
      'Recap:\n\n- Keys [rotate](https://evil.example) **safely**\n- <img src=x> 修复 www.evil.example\n\n- 1. `code`\n';
    const whole = parse([reply]).text;

    fc.assert(
      fc.property(inChunks(reply), (chunks) => {
        expect(parse(chunks).text).toBe(whole);
      }),
    );
  });

  it('lets no link, image or HTML through, whatever the model writes', () => {
    const hostile = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.constantFrom(
          '- ',
          '\n',
          '[',
          ']',
          '(',
          ')',
          ':',
          '!',
          '<',
          '>',
          '<b>',
          'a',
          '\\',
          '`',
          '/',
          'https://',
          'www.',
        ),
      ),
    );
    fc.assert(
      fc.property(hostile, (chunks) => {
        const html = marked.parse(parse(['- ', ...chunks]).text, { async: false, gfm: true });
        expect(html).not.toMatch(/<(?!\/?(?:ul|li|p|strong|em|code|del|input)\b)/);
      }),
      { numRuns: 1_000 },
    );
  });
});
