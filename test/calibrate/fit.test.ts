import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field } from '#powerlog/board/board.js';
import { boardFor } from '#powerlog/board/catalogue.js';
import { railSteps } from '#powerlog/calibrate/board-steps.js';
import { calibrateRail } from '#powerlog/calibrate/calibrate-rail.js';
import { fitLine, fitRatio, outliersOf } from '#powerlog/calibrate/line-fit.js';
import { steadyMean } from '#powerlog/calibrate/mean.js';
import { parseReadings, type RailPoint } from '#powerlog/calibrate/readings.js';
import { milli } from './bench.js';

const exact = { voltage: 0, current: 0 };
const load = (boardA: number, meterA: number, step = 0.001): RailPoint => ({
  board: { voltage: { value: 11.9, error: 0 }, current: { value: boardA, error: 0 } },
  reference: {
    voltage: { value: 12, step: 0.001 },
    current: { value: meterA, step: meterA === 0 ? 0 : step },
  },
});
const loads = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 12 });
const gains = fc.double({ min: 0.5, max: 2, noNaN: true });
const offsets = fc.double({ min: -3, max: 3, noNaN: true });
const errors = fc.double({ min: 1e-4, max: 0.1, noNaN: true });

describe('a line through comparisons', () => {
  it('is the one that they lie on, wherever and however well known they are', () => {
    fc.assert(
      fc.property(loads, gains, offsets, errors, (boards, gain, offset, boardError) => {
        const points = boards.map((board, n) => ({
          ...{ board, boardError, referenceError: 0.001 * (1 + n) },
          reference: gain * board + offset,
        }));
        const line = fitLine(points);
        expect(line.gain).toBeCloseTo(gain, 8);
        expect(line.offset).toBeCloseTo(offset, 6);
      }),
    );
  });

  it('is as uncertain in amperes as in milliamperes, and moves with the reference', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -50, max: 50 })), {
          minLength: 3,
          maxLength: 8,
        }),
        offsets,
        (pairs, added) => {
          const points = pairs.map(([board, off], n) => ({
            ...{ board: board + n, boardError: 1, referenceError: 3 },
            reference: board + off,
          }));
          fc.pre(Math.max(...pairs.map(([board]) => board)) > 100);
          const line = fitLine(points);
          const amperes = fitLine(
            points.map(({ board, boardError, reference, referenceError }) => ({
              ...{ board: board / 1000, boardError: boardError / 1000 },
              ...{ reference: reference / 1000 + added, referenceError: referenceError / 1000 },
            })),
          );
          expect(amperes.gain).toBeCloseTo(line.gain, 7);
          expect(amperes.gainHalf / line.gainHalf).toBeCloseTo(1, 5);
          expect(amperes.offset - added).toBeCloseTo(line.offset / 1000, 5);
          expect(amperes.offsetHalf / line.offsetHalf).toBeCloseTo(1000 ** -1, 5);
        },
      ),
    );
  });

  it('gets wider where the points scatter more than their readings explain', () => {
    const at = (scatter: number) =>
      fitLine(
        [0, 1, 2, 3, 4, 5].map((board, n) => ({
          ...{ board, boardError: 0.001, referenceError: 0.001 },
          reference: board + (n % 2 === 0 ? scatter : -scatter),
        })),
      );
    expect(at(0.1).gainHalf / at(0.001).gainHalf).toBeGreaterThan(20);
    expect(at(0.0001).gainHalf).toBeCloseTo(at(0).gainHalf, 6);
  });

  it('through 0 weighs points by what their readings are worth', () => {
    const good = { board: 10, boardError: 0, reference: 11, referenceError: 0.001 };
    const poor = { board: 10, boardError: 0, reference: 12, referenceError: 1 };
    expect(fitRatio([good, poor]).gain).toBeCloseTo(1.1, 5);
  });
});

describe('a rail', () => {
  it('of two loads is found, and it is said that scatter is not', () => {
    const { current, voltage, remarks } = calibrateRail([load(0, 0), load(10, 9.8)], exact, milli);
    expect(current).toMatchObject({ gain: 0.98, offset_a: 0 });
    expect(voltage!.gain).toBeCloseTo(12 / 11.9, 8);
    expect(remarks.join()).toContain('how far they scatter is not known');
  });

  it('of one load gets a gain, and no accuracy', () => {
    const { current, remarks } = calibrateRail([load(10, 9.8), load(10, 9.8)], exact, milli);
    expect(current).toMatchObject({ gain: 0.98, offset_a: 0, offset_uncertainty_a: null, fit: null });
    expect(current!.gain_uncertainty).toBeGreaterThan(0);
    expect(remarks.join()).toContain('the offset is not known');
  });

  it('of its zero alone gets an offset, and no accuracy', () => {
    const { current, remarks } = calibrateRail([load(0.05, 0)], exact, milli);
    expect(current).toMatchObject({ gain: 1, gain_uncertainty: null, offset_a: -0.05, fit: null });
    expect(remarks.join()).toContain('only the zero was compared');
  });

  it.each([
    ['voltage', 'no current was compared'],
    ['current', 'no voltage was compared'],
  ] as const)('of which the meter read the %s alone, says so', (read, remark) => {
    const nothing = { voltage: null, current: null };
    const points = [load(1, 1), load(5, 5), load(9, 9)].map(({ board, reference }) => ({
      board,
      reference: { ...nothing, [read]: reference[read] },
    }));
    const found = calibrateRail(points, exact, milli);
    expect(found[read]).not.toBeNull();
    expect(found[read === 'voltage' ? 'current' : 'voltage']).toBeNull();
    expect(found.remarks.join()).toContain(remark);
  });

  it('has the accuracy of the reference in all that it states', () => {
    const points = [load(0, 0), load(5, 5), load(10, 10)];
    const { current, voltage } = calibrateRail(points, { voltage: 0.01, current: 0.02 }, milli);
    expect(current!.gain_uncertainty).toBeGreaterThanOrEqual(0.02);
    expect(voltage!.gain_uncertainty).toBeGreaterThanOrEqual(0.01);
    expect(current!.fit).toEqual(calibrateRail(points, exact, milli).current!.fit);
  });

  it('tells the one point that was mistyped, and none of those that scatter', () => {
    const boards = [0, 1, 2, 4, 8, 12];
    const off = [0, 0.002, -0.003, 0.001, -0.002, 0.003];
    for (const wrong of [-1, 1, 3, 5]) {
      const points = boards.map((board, n) => load(board, board + off[n]! + (n === wrong ? 0.3 : 0)));
      const { points: told, remarks } = calibrateRail(points, exact, milli);
      expect(told.flatMap(({ outlier }, n) => (outlier ? [n] : []))).toEqual(wrong < 0 ? [] : [wrong]);
      if (wrong >= 0) expect(remarks.join()).toContain(`point ${wrong + 1} lies further`);
    }
  });

  it('is seldom told to have an outlier where there is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        let state = seed;
        const next = () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return state / 2 ** 32;
        };
        const normal = () => Array.from({ length: 12 }, next).reduce((sum, each) => sum + each, -6);
        const series = Array.from({ length: 200 }, () =>
          outliersOf(
            [0, 1, 2, 4, 7, 10].map((board) => ({
              ...{ board, boardError: 0.001, referenceError: 0.003 },
              reference: board + 0.01 * normal(),
            })),
          ).some((is) => is),
        );
        expect(series.filter((is) => is).length).toBeLessThan(26); // 10 are expected
      }),
      { numRuns: 20 },
    );
  });
});

describe('points that cannot all be true', () => {
  it.each([
    ['two at one reading of the board', [load(4.13, 4, 1), load(4.13, 5, 1)], 'points 1 and 2 contradict'],
    ['two among others', [load(0, 0), load(8, 8), load(4, 4), load(8.01, 7)], 'points 2 and 4 contradict'],
    ['a zero under load', [load(4.13, 0), load(8, 8)], 'point 1 is no zero: the board reads 4.130 A'],
  ])('are refused: %s', (_, points, message) => {
    expect(() => calibrateRail(points, exact, milli)).toThrow(message);
  });

  it.each([
    ['loads that wander', [load(4, 4), load(4, 4.15)]],
    ['digits that are coarse', [load(0.03, 0.1, 0.1), load(0.03, 0.04, 0.1)]],
    ['a board that was not steady', [load(4, 4), load(4, 5)].map((point) => noisy(point, 0.5))],
    ['a zero that is poor', [load(0.9, 0), load(8, 8)]],
  ])('are not seen in %s', (_, points) => {
    expect(() => calibrateRail(points, exact, milli)).not.toThrow();
  });

  function noisy({ board, reference }: RailPoint, error: number): RailPoint {
    return { board: { ...board, current: { value: board.current!.value, error } }, reference };
  }
});

it('a board of coarse steps leaves more open than one of fine ones', () => {
  const points = [load(0, 0), load(5, 5), load(10, 10)];
  const halfOf = (current: number) =>
    calibrateRail(points, exact, { voltage: 0.001, current }).current!.fit!.offset_a;
  expect(halfOf(0.1) / halfOf(0.01)).toBeGreaterThan(5);
  const at = (field: Partial<Field>) => {
    const { fields, rails } = boardFor('benchlab')!;
    const coarse = fields.map((each, n) => (n === rails[0]!.current ? { ...each, ...field } : each));
    return railSteps({ fields: coarse, rails }, 0);
  };
  expect(at({})).toEqual(milli);
  expect(at({ factor: 10 }).current).toBeCloseTo(0.01, 9);
  expect(at({ scale: { gain: -2.5, offset: 7 } }).current).toBeCloseTo(0.0025, 9);
  expect(at({ scale: { gain: 0.25, offset: 0 } }).current).toBeCloseTo(0.001, 9);
});

describe('what was typed', () => {
  it.each([
    ['11.987 V 8.02 A', 11.987, 0.001, 8.02, 0.01],
    ['8.02', null, null, 8.02, 0.01],
    [' 802mA, 12.01V ', 12.01, 0.01, 0.802, 0.001],
    ['-0.01 A', null, null, -0.01, 0.01],
    ['12 V', 12, 1, null, null],
    ['zero', null, null, 0, 0],
    ['12.08 V zero', 12.08, 0.01, 0, 0],
  ])('%s', (text, volts, voltStep, amperes, ampereStep) => {
    const { voltage, current } = parseReadings(text);
    const known = (value: number | undefined) => (value === undefined ? null : Number(value.toFixed(9)));
    expect([voltage?.value, voltage?.step, current?.value, current?.step].map(known)).toEqual([
      ...[volts, voltStep, amperes, ampereStep],
    ]);
  });

  it.each(['8,02 A', '8.02 W', '1 A 2 A', 'eight', '8.02A8', '1e3', '12 V 8 A x'])(
    'is refused where it is no reading: %s',
    (text) => {
      expect(() => parseReadings(text)).toThrow('is not what a meter shows');
    },
  );
});

describe('a mean', () => {
  const noise = (n: number) => ((n * 7919) % 101) / 101 - 0.5;

  it('of readings that come several times each is no better known than of one each', () => {
    const once = Array.from({ length: 80 }, (_, n) => 5 + noise(n));
    const repeated = once.flatMap((value) => Array.from({ length: 10 }, () => value));
    const [one, ten] = [steadyMean(once, 0.001), steadyMean(repeated, 0.001)];
    expect(ten.value).toBeCloseTo(one.value, 9);
    expect(ten.error).toBeCloseTo(one.error, 9);
  });

  it('is steady in noise, and not on a slope or a step', () => {
    const flat = Array.from({ length: 800 }, (_, n) => 5 + 0.1 * noise(n));
    expect(steadyMean(flat, 0.001).isSteady).toBe(true);
    expect(
      steadyMean(
        flat.map((value, n) => value + n / 800),
        0.001,
      ).isSteady,
    ).toBe(false);
    expect(
      steadyMean(
        flat.map((value, n) => value + (n > 500 ? 1 : 0)),
        0.001,
      ).isSteady,
    ).toBe(false);
  });
});
