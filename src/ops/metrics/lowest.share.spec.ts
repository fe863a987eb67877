import { describe, expect, it } from '@jest/globals';
import { LowestShare } from './lowest.share.js';

describe('the lowest share', () => {
  it('is remembered for a minute or two, then forgotten', () => {
    let now = 0;
    const shares = new LowestShare(() => now);
    shares.see('GitHub', 0.2);
    shares.see('GitHub', 0.9);
    expect(shares.lowest().get('GitHub')).toBe(0.2);

    now = 61_000;
    shares.see('GitHub', 0.5);
    expect(shares.lowest().get('GitHub')).toBe(0.2);

    now = 121_000;
    expect(shares.lowest().get('GitHub')).toBe(0.5);

    now = 500_000;
    expect(shares.lowest().size).toBe(0);
  });
});
