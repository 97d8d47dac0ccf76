import { describe, expect, it } from 'vitest';
import { Engine } from '#powerlog/engine/engine.js';
import { Histogram } from '#powerlog/measure/histogram.js';

/** Where a histogram keeps the slots of magnitudes that are not negative: behind four doubles. */
const slotsAt = 32;

describe('a histogram of more values than 32 bits count', () => {
  it('goes on counting', () => {
    const engine = new Engine();
    const at = engine.calls.newHistogram();
    const histogram = new Histogram(engine, at);
    histogram.add(7);
    histogram.add(9);
    // A year at 20 kHz is not waited for: the counter of 7 is put to its last value, and its page's total with it.
    const slot = engine.words(at + slotsAt, 1)[0]!;
    const page = engine.words(slot, 1)[0]!;
    engine.words(page + 7 * 4, 1)[0] = -1;
    engine.doubles(slot + 8, 1)[0] = 2 ** 32;
    histogram.add(7);
    histogram.add(7);
    // 2^32 + 1 times 7, and once 9.
    expect(histogram.above(0)).toEqual({ count: 2 ** 32 + 2, sum: 7 * (2 ** 32 + 1) + 9 });
    expect(histogram.above(7)).toEqual({ count: 1, sum: 9 });
    expect(engine.calls.orderStatistic(at, 2 ** 32)).toBe(7);
    expect(engine.calls.orderStatistic(at, 2 ** 32 + 1)).toBe(9);
  });
});
