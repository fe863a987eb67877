import { describe, expect, it } from '@jest/globals';
import { coAuthorsIn, coAuthorsOf } from './co-authors.js';

const ADA = { name: 'Ada', email: 'ada@example.com' };
const BOB = { name: 'Bob', email: 'bob@example.com' };

const named = (...paragraphs: readonly string[]) => coAuthorsIn(paragraphs.join('\n\n'));

describe('the co-authors in a message', () => {
  it('are those that its trailers name, in order', () => {
    const trailers =
      'Signed-off-by: X <x@example.com>\n' +
      'Co-authored-by: Ada <ada@example.com>\nco-authored-by:\tBob <bob@example.com>';
    expect(named('feat: one', 'Prose.', trailers)).toEqual([ADA, BOB]);
    expect(named('feat: one', trailers)).toEqual([ADA, BOB]);
  });

  it('are none that an earlier paragraph, a quotation or the subject names', () => {
    const trailer = 'Co-authored-by: Ada <ada@example.com>';
    const last = 'Co-authored-by: Bob <bob@example.com>';
    expect(named('feat: one', trailer, 'Prose.')).toEqual([]);
    expect(named('feat: one', trailer, 'Prose.', last)).toEqual([BOB]);
    expect(named('feat: one', `Like this:\n${trailer}`, last)).toEqual([BOB]);
    expect(named(trailer)).toEqual([]);
  });

  it('are none without a name or an address, and not more than fifty', () => {
    expect(coAuthorsOf('Ada\nBob <bob@example.com>\n<>')).toEqual([BOB]);
    const many = Array.from({ length: 60 }, (_, index) => `P <p${index}@example.com>`);
    expect(coAuthorsOf(many.join('\n'))).toHaveLength(50);
  });
});
