import { describe, expect, it } from '@jest/globals';
import { connectionLimits } from './connection.cap.js';
import { descriptorLimit } from './descriptor.limit.js';

describe('the connections that a process may have', () => {
  it.each([256, 1_024, 65_536, 1_048_576])(
    'leave a quarter of %i descriptors to itself',
    (descriptors) => {
      const { held, served, accepted } = connectionLimits(descriptors);
      expect(accepted).toBeLessThanOrEqual(descriptors - Math.max(96, descriptors / 4));
      expect(served).toBeLessThan(accepted);
      expect(held).toBeLessThan(served);
      expect(held).toBeGreaterThan(descriptors / 4);
    },
  );

  it('are without bound where descriptors are, and some where there are hardly any', () => {
    expect(connectionLimits(Infinity)).toEqual({
      held: Infinity,
      served: Infinity,
      accepted: Infinity,
    });
    expect(connectionLimits(64).held).toBeGreaterThan(10);
  });

  it('go by what the system tells of this very process', () => {
    const limit = descriptorLimit();
    expect(limit === Infinity || Number.isSafeInteger(limit)).toBe(true);
    expect(limit).toBeGreaterThan(100);
  });
});
