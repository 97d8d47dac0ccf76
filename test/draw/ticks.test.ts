import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerAxis, powerTicks, type Ticks, timeTicks } from '#powerlog/draw/ticks.js';

const room = (length: number) => ({ length, widthOf: (label: string) => 7 * label.length, gap: 10 });
const spans = fc
  .tuple(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.double({ min: 1, max: 1e12, noNaN: true }))
  .map(([from, span]) => [from, from + span] as const)
  // What is closer than doubles can tell apart is no axis.
  .filter(([from, to]) => to - from > 1e-6 * Math.abs(from));

function expectRound(ticks: Ticks, low: number, high: number): void {
  const { at } = ticks;
  expect(new Set(ticks.labels).size).toBe(at.length);
  const slack = 1e-6 * (high - low);
  expect(at.every((value) => value >= low - slack && value <= high + slack)).toBe(true);
  const step = at[1]! - at[0]!;
  for (let n = 1; n < at.length; n++) expect((at[n]! - at[n - 1]!) / step).toBeCloseTo(1, 5);
}

describe('ticks of power', () => {
  it('are round, within the axis, and no more than asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-2, max: 1e7, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (low, span, most) => {
          fc.pre(span > 1e-6 * Math.abs(low));
          const ticks = powerTicks(low, low + span, most);
          expect(ticks.at.length).toBeLessThanOrEqual(most);
          expect(ticks.at.length).toBeGreaterThan(0);
          expectRound(ticks, low, low + span);
          const step = ticks.at.length > 1 ? ticks.at[1]! - ticks.at[0]! : null;
          if (step !== null) expect(['1', '2', '5']).toContain(step.toExponential(3)[0]);
        },
      ),
    );
  });

  it('are there where a longer step would stride over the whole axis', () => {
    expect(powerTicks(0.5, 4.6, 2).at).toEqual([2, 4]);
    expect(powerTicks(5.1, 9.8, 2).at).toEqual([6, 8]);
  });

  it('say what they are worth', () => {
    expect(powerTicks(0, 500e3, 6)).toEqual({
      at: [0, 100e3, 200e3, 300e3, 400e3, 500e3],
      labels: ['0', '100', '200', '300', '400', '500'],
      unit: 'W',
    });
    expect(powerTicks(0, 1e3, 5)).toMatchObject({ labels: ['0.0', '0.5', '1.0'], unit: 'W' });
    expect(powerTicks(0, 900, 4)).toMatchObject({ labels: ['0', '500'], unit: 'mW' });
    expect(powerTicks(0, 12e6, 5)).toMatchObject({ labels: ['0', '5', '10'], unit: 'kW' });
    expect(powerTicks(-2e3, 2e3, 5).labels).toEqual(['−2', '−1', '0', '1', '2']);
  });

  it('stand on an axis that holds all that was measured, from 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e6, max: 1e8 }), (one, other) => {
        const [least, highest] = [Math.min(one, other), Math.max(one, other)];
        const { lowMw, highMw, ticks } = powerAxis(least, highest, 6);
        expect(lowMw).toBe(Math.min(0, least));
        expect(highMw).toBeGreaterThanOrEqual(highest * (1 - 1e-9));
        expect(highMw).toBeGreaterThan(lowMw);
        expectRound(ticks, lowMw, highMw);
      }),
    );
    expect(powerAxis(Number.NaN, Number.NaN, 5)).toMatchObject({ lowMw: 0, highMw: 1050 });
  });
});

describe('ticks of time', () => {
  it('are round, within the axis, and their labels do not touch', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 120, max: 3000 }), ([from, to], length) => {
        const ticks = timeTicks(from, to, room(length));
        expectRound(ticks, from, to);
        const apart = ((ticks.at[1]! - ticks.at[0]!) / (to - from)) * length;
        const widest = Math.max(...ticks.labels.map((label) => 7 * label.length));
        if (ticks.at.length > 1) expect(apart).toBeGreaterThanOrEqual(widest + 10);
      }),
    );
  });

  it.each([
    [0, 10e6, ['0', '2', '4', '6', '8', '10'], 's'],
    [0, 1e6, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'], 's'],
    [0, 20e3, ['0', '5', '10', '15', '20'], 'ms'],
    [0, 100, ['0', '20', '40', '60', '80', '100'], 'µs'],
    [0, 600e6, ['0:00', '2:00', '4:00', '6:00', '8:00', '10:00'], 'min:s'],
    [0, 4 * 3600e6, ['0:00', '1:00', '2:00', '3:00', '4:00'], 'h:min'],
    [7300e6, 7302e6, ['2:01:40', '2:01:41', '2:01:42'], 'h:min:s'],
    [299.5e6, 300.5e6, ['4:59.5', '5:00.0', '5:00.5'], 'min:s'],
    [-2e6, 2e6, ['−2', '−1', '0', '1', '2'], 's'],
  ])('from %d to %d µs', (from, to, labels, unit) => {
    const widest = Math.max(...labels.map((label) => label.length));
    expect(timeTicks(from, to, room((labels.length - 0.5) * (7 * widest + 10)))).toMatchObject({
      labels,
      unit,
    });
  });
});
