import fc from 'fast-check';
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

describe('a histogram that is cleared', () => {
  it('counts as a new one does, whatever it counted before', () => {
    const values = fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { maxLength: 50 });
    fc.assert(
      fc.property(values, values, (before, after) => {
        const engine = new Engine();
        const [used, fresh] = [new Histogram(engine), new Histogram(engine)];
        for (const value of before) used.add(value);
        used.clear();
        for (const histogram of [used, fresh]) for (const value of after) histogram.add(value);
        const told = (histogram: Histogram) => [
          histogram.count,
          histogram.min,
          histogram.max,
          ...[0, 0.05, 0.5, 0.95, 1].map((share) => histogram.quantile(share)),
          histogram.above(0),
        ];
        expect(told(used)).toEqual(told(fresh));
      }),
      { numRuns: 50 },
    );
  });

  it('forgets how often its counters of 32 bits were full', () => {
    const engine = new Engine();
    const at = engine.calls.newHistogram();
    const histogram = new Histogram(engine, at);
    histogram.add(7);
    const slot = engine.words(at + slotsAt, 1)[0]!;
    engine.words(engine.words(slot, 1)[0]! + 7 * 4, 1)[0] = -1;
    histogram.add(7);
    histogram.clear();
    histogram.add(7);
    expect(histogram.above(0)).toEqual({ count: 1, sum: 7 });
  });
});
