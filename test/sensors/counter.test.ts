import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter } from '#powerlog/sensors/process/counter.js';

const s = 1e9;
const wrapJ = 262_143.32885;

/** Takes readings of [seconds, joules]. */
const counted = (counter: Counter, readings: readonly (readonly [number, number])[]) =>
  readings.map(([seconds, joules]) => counter.take(joules, seconds * s));

describe('a counter', () => {
  it('is power only between true changes', () => {
    const powers = counted(new Counter(wrapJ), [
      [0, 100],
      [1, 110],
      [2, 110],
      [3, 110],
      [4, 140],
      [5, 145],
    ]).map(({ powerW }) => powerW);
    expect(powers).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 10, 5]);
  });

  it('is no power where no time went by, as between lines that come together', () => {
    const powers = counted(new Counter(null), [
      [0, 100],
      [1, 110],
      [1, 120],
      [2, 135],
      [2, 140],
      [3, 1],
    ]);
    expect(powers.map(({ powerW }) => powerW)).toEqual([
      ...[Number.NaN, Number.NaN, Number.NaN, 15, Number.NaN, Number.NaN],
    ]);
    expect(powers.map(({ energyJ }) => energyJ)).toEqual([0, 10, 20, 35, 40, 0]);
  });

  it('goes on in another process as if it had been the same', () => {
    const readings = [
      [0, 100],
      [1, 110],
      [2, 130],
      [3, 0],
      [500, wrapJ - 10],
      [501, 20],
    ] as const;
    const states: (typeof Counter.prototype.state)[] = [undefined];
    const anew = readings.flatMap((reading) => {
      const counter = new Counter(wrapJ, structuredClone(states.at(-1)));
      const said = counted(counter, [reading]);
      states.push(counter.state);
      return said;
    });
    expect(anew).toEqual(counted(new Counter(wrapJ), readings));
  });

  it('that never goes round is lost where it falls, though 32 bits may have gone round there', () => {
    // From 4200 to 60 J at 1200 W: 32 bits of µJ would have gone round there.
    const readings = [
      [0, 3000],
      [1, 4200],
      [2, 60],
      [3, 360],
    ] as const;
    expect(
      counted(new Counter(Number.POSITIVE_INFINITY), readings).map(({ energyJ, lost }) => [energyJ, lost]),
    ).toEqual([
      [0, false],
      [1200, false],
      [0, true],
      [300, false],
    ]);
  });

  it('begins at 0 with its first reading, and goes on over the wrap', () => {
    const energies = counted(new Counter(wrapJ), [
      [0, wrapJ - 30],
      [1, wrapJ - 20],
      [2, wrapJ - 10],
      [3, 0],
      [4, 10],
    ]).map(({ energyJ }) => energyJ);
    for (const [n, joules] of [0, 10, 20, 30, 40].entries()) expect(energies[n]).toBeCloseTo(joules, 6);
  });

  it('gives back any load, however often it goes round, while it is read often enough', () => {
    const loads = fc.array(
      fc.record({ watts: fc.integer({ min: 1, max: 900 }), seconds: fc.integer({ min: 1, max: 20 }) }),
      {
        minLength: 2,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(loads, fc.integer({ min: 60_000, max: 300_000 }), (load, range) => {
        const counter = new Counter(range);
        let [atS, joules] = [0, 0];
        let last = counter.take(0, 0);
        for (const { watts, seconds } of load) {
          atS += seconds;
          joules += watts * seconds;
          last = counter.take(joules % range, atS * s);
          expect(last.lost).toBe(false);
        }
        expect(last.energyJ).toBeCloseTo(joules, 3);
      }),
    );
  });

  it('counts several wraps that were missed where the power was steady before', () => {
    const counter = new Counter(5000);
    counted(counter, [
      [0, 0],
      [1, 100],
      [2, 200],
      [3, 300],
    ]);
    // 100 W for 128 s: two and a half rounds.
    const { energyJ, powerW, lost } = counter.take((300 + 12_800) % 5000, 131 * s);
    expect(lost).toBe(false);
    expect(energyJ).toBeCloseTo(13_100, 6);
    expect(powerW).toBeCloseTo(100, 6);
  });

  it('does not where it may have gone round once more or less', () => {
    const counter = new Counter(5000);
    counted(counter, [
      [0, 0],
      [1, 100],
      [2, 150],
      [3, 300],
    ]);
    expect(counter.take(3100, 131 * s)).toEqual({ energyJ: 0, powerW: Number.NaN, lost: true });
    expect(counter.take(3200, 132 * s).energyJ).toBeCloseTo(100, 6);
  });

  it('is a new beginning where it falls without a reason', () => {
    const [, , fallen, next] = counted(new Counter(null), [
      [0, 5000],
      [1, 5100],
      [2, 3],
      [3, 13],
    ]);
    expect(fallen).toEqual({ energyJ: 0, powerW: Number.NaN, lost: true });
    expect(next!.energyJ).toBeCloseTo(10, 9);
  });

  it('of 32 bits of µJ goes round there, though nobody says so', () => {
    const range = 2 ** 32 / 1e6;
    const [, , , round] = counted(new Counter(null), [
      [0, range - 30],
      [1, range - 20],
      [2, range - 10],
      [3, 1],
    ]);
    expect(round!.lost).toBe(false);
    expect(round!.energyJ).toBeCloseTo(31, 6);
    expect(round!.powerW).toBeCloseTo(11, 6);
  });
});
