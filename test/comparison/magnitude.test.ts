import { expect, it } from 'vitest';
import { inWatts } from '#powerlog/comparison/sides/magnitude.js';
import type { Side } from '#powerlog/comparison/sides/side.js';

const side = (quantity: Side['quantity'], ...value: number[]): Side => ({
  ...{ path: 'b.csv', column: 'gpu', source: null, quantity, unit: null, uuid: null, resolutionUs: 1 },
  ...{ clock: { kind: 'utc' }, originUs: 0, recording: null, guesses: [], remarks: [] },
  timeUs: Float64Array.from(value, (_, n) => n * 1e6),
  value: Float64Array.from(value),
});

it.each([
  ['power', [240, 250, 260], 'W', 250],
  ['power', [240e3, 250e3, 260e3], 'mW', 250],
  ['power', [240e6, 250e6, 260e6], 'µW', 250],
  ['energy', [0, 250, 500], 'J', 250],
  ['energy', [0, 250e3, 500e3], 'mJ', 250],
  ['energy', [0, 250e6, 500e6], 'µJ', 250],
] as const)('%s of %j is in %s by what machines take', (quantity, value, unit, watts) => {
  const found = inWatts(side(quantity, ...value), null);
  expect(found.unit).toBe(unit);
  expect(found.value[1]).toBeCloseTo(watts, 6);
});

it('values are in the unit that comes nearest to a reference, where that has a power', () => {
  expect(inWatts(side('power', 3000, 3100, 3200), side('power', 3, 3, 3)).unit).toBe('mW');
  expect(inWatts(side('power', 3000, 3100, 3200), side('power', Number.NaN)).unit).toBe('W');
});

it('numbers that no unit makes a power of a machine are none', () => {
  for (const reference of [null, side('power', 300, 310, 320)])
    expect(() => inWatts(side('power', 1e300, 1e300), reference)).toThrow(
      /'gpu' of b\.csv is no power: its numbers are about 1\.00e\+300/,
    );
});
