import { expect, it } from 'vitest';
import { shownEstimate } from '#powerlog/comparison/rows.js';

it.each([
  [0.1000448, [0.1000426, 0.1000471], 's', '100.0448 ms', '100.0426 … 100.0471'],
  [-8.0066, [-8.0154, -7.9979], 'W', '−8.0066 W', '−8.0154 … −7.9979'],
  [0.003, [-1.2, 1.2], 'W', '0.0 W', '−1.2 … 1.2'],
  // An interval that says next to nothing leaves the value legible.
  [0.02, [0, 2500], 's', '20 ms', '0 … 2500000'],
  // A difference that nothing tells from zero has no digits.
  [-6e-6, [-9.84, 9.841], 'J', '0.0 J', '−9.8 … 9.8'],
  [0, [0, 0], 'J', '0 J', '0 … 0'],
] as const)(
  '%d in %j %s is shown with the digits that its interval supports',
  (value, interval, unit, ...wanted) => {
    const shown = shownEstimate({ value, interval, reason: null }, unit);
    expect([shown.value, shown.interval]).toEqual(wanted);
  },
);
