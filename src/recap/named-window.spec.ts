import { describe, expect, it } from '@jest/globals';
import { datesOfWindow, NAMED_WINDOWS } from './named-window.js';

const FRIDAY = '2025-05-16';
const SATURDAY = '2025-05-17';
const SUNDAY = '2025-05-18';
const MONDAY = '2025-05-19';
const TUESDAY = '2025-05-20';

describe('a named window', () => {
  it.each([
    [SATURDAY, FRIDAY],
    [SUNDAY, FRIDAY],
    [MONDAY, FRIDAY],
    [TUESDAY, MONDAY],
  ])('takes for the last working day before %s: %s', (today, day) => {
    expect(datesOfWindow('last-working-day', today).first).toBe(day);
  });

  it.each([
    ['yesterday', '2025-01-01', '2024-12-31', '2025-01-01'],
    ['last-working-day', MONDAY, FRIDAY, SATURDAY],
    ['this-week', SUNDAY, '2025-05-12', undefined],
    ['this-week', MONDAY, MONDAY, undefined],
    ['last-week', SUNDAY, '2025-05-05', '2025-05-12'],
    ['this-month', '2025-03-31', '2025-03-01', undefined],
    ['last-month', '2025-03-31', '2025-02-01', '2025-03-01'],
    ['this-quarter', '2025-03-31', '2025-01-01', undefined],
    ['last-quarter', '2025-03-31', '2024-10-01', '2025-01-01'],
  ] as const)('%s on %s is from %s to before %s', (name, today, first, after) => {
    expect(datesOfWindow(name, today)).toEqual({ first, ...(after && { after }) });
  });

  it('begins before today or today, and ends before tomorrow, whatever it is called', () => {
    for (const name of NAMED_WINDOWS) {
      const { first, after } = datesOfWindow(name, TUESDAY);
      expect(first <= TUESDAY).toBe(true);
      expect(after === undefined || (after > first && after <= TUESDAY)).toBe(true);
    }
  });
});
