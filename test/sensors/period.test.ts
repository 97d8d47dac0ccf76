import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { periodOf } from '#powerlog/sensors/period.js';

/** Spacings at which something that changes every `periodMs` is seen to, where it is looked for about every `everyMs`. */
function seen(periodMs: number, everyMs: number, { missed = 0, seed = 1 } = {}): number[] {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const spacings: number[] = [];
  let [value, seenMs] = [0, Number.NaN];
  for (let n = 0; spacings.length < 500; n++) {
    // Together with other sensors, up to a quarter early or late.
    const ms = (n + (random() - 0.5) / 2) * everyMs;
    const now = Math.floor(ms / periodMs);
    if (now === value) continue;
    value = now;
    if (random() < missed) continue;
    if (!Number.isNaN(seenMs)) spacings.push(ms - seenMs);
    seenMs = ms;
  }
  return spacings;
}

describe('a period', () => {
  it('is found from when its ends were seen, though some were not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 1000, noNaN: true }),
        fc.double({ min: 0.1, max: 0.4, noNaN: true }),
        fc.constantFrom(0, 0.1, 0.3),
        fc.integer({ min: 1, max: 1e9 }),
        (periodMs, share, missed, seed) => {
          const found = periodOf(seen(periodMs, share * periodMs, { missed, seed }));
          expect(Math.abs(found / periodMs - 1)).toBeLessThan(0.015);
        },
      ),
    );
  });

  it('is not longer where there was nothing new for long', () => {
    expect(periodOf([100, 100, 5000, 100, 700, 100])).toBe(100);
  });

  it('is not known of nothing', () => {
    expect(periodOf([])).toBeNaN();
  });
});
