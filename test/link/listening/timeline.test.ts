import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '#powerlog/link/listening/timeline.js';

/** A PowerSensor3's counter, and a frame that is nothing but its number. */
const stamp = { offset: 0, type: 'level', unitNs: 1000, modulo: 1024 } as const;
const frameBytes = 4;
const spacingUs = 50;

interface Device {
  /** How much too fast its clock runs, in millionths. */
  readonly ppm: number;
  readonly seconds: number;
  /** Sets never sent: from which on, and how many. */
  readonly overwritten: readonly (readonly [from: number, count: number])[];
  /** When the host reads nothing for a while, s, and for how long. */
  readonly stalls: readonly (readonly [atS: number, forS: number])[];
  readonly seed: number;
}

/** Every so often an arrival is on time, within 20 µs of the soonest; the others are late by up to some ms, as on a busy host. */
function arrivals(seed: number): () => { pauseNs: number; lateNs: number } {
  let state = seed | 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  return () => ({
    pauseNs: 3e6 + 4e6 * random(),
    lateNs: random() < 0.3 ? 20_000 * random() : -500_000 * Math.log(1 - random()),
  });
}

interface Outcome {
  /** What each frame's instant is off by, ns, and the frame. */
  readonly errorsNs: { readonly set: number; readonly ns: number; readonly boundNs: number }[];
  readonly lost: { readonly after: number; readonly frames: number; readonly bytes: number }[];
  readonly ppm: number | null;
  /** How many were handed on before it ended. */
  readonly inTime: number;
}

/** Plays a device to a timeline. What is taken while the host reads nothing lies in a buffer until it does. */
function play({ ppm, seconds, overwritten, stalls, seed }: Device): Outcome {
  const spacingNs = (spacingUs * 1000) / (1 + ppm * 1e-6);
  const outcome = { errorsNs: [], lost: [], ppm: null, inTime: 0 } as {
    -readonly [Key in keyof Outcome]: Outcome[Key];
  };
  let last = -1;
  const timeline = new Timeline(frameBytes, stamp, 0, 0, {
    frame(bytes, at, earliestNs, latestNs) {
      last = new DataView(bytes.buffer).getUint32(at, true);
      const ns = (earliestNs + latestNs) / 2 - last * spacingNs;
      outcome.errorsNs.push({ set: last, ns, boundNs: (latestNs - earliestNs) / 2 });
    },
    lost: (_, __, frames, bytes) => outcome.lost.push({ after: last, frames, bytes }),
  });
  const frame = new Uint8Array(frameBytes);
  const next = arrivals(seed);
  let set = 0;
  for (let nowNs = 1e6; nowNs < seconds * 1e9; ) {
    const { pauseNs, lateNs } = next();
    nowNs += pauseNs;
    for (const [atS, forS] of stalls)
      if (nowNs > atS * 1e9 && nowNs < (atS + forS) * 1e9) nowNs = (atS + forS) * 1e9;
    for (; set * spacingNs + 5000 <= nowNs; set++) {
      if (overwritten.some(([from, count]) => set >= from && set < from + count)) continue;
      new DataView(frame.buffer).setUint32(0, set, true);
      timeline.take(frame, 0, (set * spacingUs) % stamp.modulo, 0);
    }
    timeline.arrived(nowNs + lateNs);
    nowNs += lateNs;
  }
  outcome.inTime = outcome.errorsNs.length;
  timeline.settle();
  outcome.ppm = timeline.rateErrorPpm;
  return outcome;
}

const worst = ({ errorsNs }: Pick<Outcome, 'errorsNs'>): number =>
  errorsNs.reduce((most, { ns }) => Math.max(most, Math.abs(ns)), 0);

const seeds = fc.integer({ min: 1, max: 2 ** 31 });

describe('the time of an instrument that talks', () => {
  it('is within 50 µs of the truth beside a stall of 500 ms, a clock that is 2 % off and 200 sets overwritten', () => {
    for (const ppm of [20_000, -20_000])
      for (let seed = 1; seed <= 8; seed++) {
        const overwritten = [[120_000, 200]] as const;
        const outcome = play({ ppm, seconds: 9, overwritten, stalls: [[4, 0.5]], seed });
        expect(worst(outcome)).toBeLessThan(50_000);
        expect(outcome.lost).toEqual([{ after: 119_999, frames: 200, bytes: 0 }]);
        expect(outcome.ppm).toBeCloseTo(ppm, -2);
      }
  });

  it('is within 100 µs of the truth on a busy host, whatever its clock is off by, and however often the host stalls', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.array(
          fc.tuple(
            fc.double({ min: 0.2, max: 4, noNaN: true }),
            fc.double({ min: 0.05, max: 0.8, noNaN: true }),
          ),
          {
            maxLength: 3,
          },
        ),
        seeds,
        (ppm, stalls, seed) => {
          const outcome = play({ ppm, seconds: 5, overwritten: [], stalls, seed });
          expect(worst(outcome)).toBeLessThan(100_000);
          expect(outcome.lost).toEqual([]);
          expect(outcome.ppm).toBeCloseTo(ppm, -2);
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('stays so where sets were overwritten, of which it tells how many, any number of turns of the counter included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.uniqueArray(fc.tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 9000 })), {
          maxLength: 4,
          selector: ([slot]) => slot,
        }),
        seeds,
        (ppm, runs, seed) => {
          // A loss of whole turns, within a set's spacing, shows in no stamp: that takes longer, and is another test's.
          const overwritten = runs
            .map(([slot, count]) => [slot * 13_000, count] as const)
            .filter(([, count]) => {
              const beyond = ((count + 1) * spacingUs) % stamp.modulo;
              return beyond > 1.6 * spacingUs || count * spacingUs < stamp.modulo / 2;
            })
            .sort(([a], [b]) => a - b);
          const outcome = play({ ppm, seconds: 6, overwritten, stalls: [], seed });
          expect(worst(outcome)).toBeLessThan(100_000);
          expect(outcome.lost).toEqual(
            overwritten.map(([from, frames]) => ({ after: from - 1, frames, bytes: 0 })),
          );
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('finds a loss of whole turns of the counter by what everything is late by from then on', () => {
    // 2048 sets of 50 µs are 100 turns; with the one in which the next comes, 2047 are missing.
    const outcome = play({ ppm: 300, seconds: 6, overwritten: [[40_000, 2047 + 1]], stalls: [], seed: 7 });
    const [lost, ...more] = outcome.lost;
    expect(more).toEqual([]);
    expect(lost!.frames).toBe(2048);
    const later = outcome.errorsNs.filter(({ set }) => set > 40_000 + 60_000);
    expect(worst({ errorsNs: later })).toBeLessThan(50_000);
  });

  it.each([
    ['right before it has learnt', [[19_000, 500]]],
    ['again and again', Array.from({ length: 60 }, (_, n) => [20_000 + n * 1000, 30])],
  ] as const)('holds nothing back for long where sets are overwritten %s', (_, overwritten) => {
    const outcome = play({
      ppm: 0,
      seconds: 4,
      overwritten: overwritten as [number, number][],
      stalls: [],
      seed: 5,
    });
    const missing = overwritten.reduce((sum, [, count]) => sum + count, 0);
    // Two seconds at most lie between what came and what was handed on.
    expect(outcome.inTime).toBeGreaterThan(40_000 - missing);
    expect(outcome.lost.reduce((sum, { frames }) => sum + frames, 0)).toBe(missing);
  });

  it('places what came in one piece with what followed a loss, by when the instrument was told to begin', () => {
    const overwritten = [[1000, 3100]] as const;
    const outcome = play({ ppm: 150, seconds: 3, overwritten, stalls: [[0.001, 0.3]], seed: 11 });
    expect(outcome.lost).toEqual([{ after: 999, frames: 3100, bytes: 0 }]);
    expect(worst(outcome)).toBeLessThan(stamp.modulo * 1000);
  });

  it('hands on in order whatever is held when it ends, after less than it takes to learn', () => {
    const outcome = play({ ppm: 20_000, seconds: 0.3, overwritten: [[2000, 100]], stalls: [], seed: 3 });
    expect(outcome.errorsNs.map(({ set }) => set)).toEqual(
      Array.from({ length: outcome.errorsNs.length + 100 }, (_, set) => set).filter(
        (set) => set < 2000 || set >= 2100,
      ),
    );
    expect(outcome.lost).toEqual([{ after: 1999, frames: 100, bytes: 0 }]);
  });
});
