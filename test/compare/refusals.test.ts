import { describe, expect, it } from 'vitest';
import type { Comparison } from '#powerlog/compare/comparison.js';
import { drawRecipe, type Given, spoil } from './pairs/cases.js';
import { type LoadKind, loadKinds } from './pairs/loads.js';
import { makePair, type Pair, type Recipe } from './pairs/pair.js';
import type { Readings } from './pairs/polls.js';
import { sensorKinds } from './pairs/sensors.js';
import { recipeOf } from './table/plan.js';
import { compared, inSeconds } from './table/score.js';

/** A case that is plain but for what a test is about. */
const plain = (load: LoadKind, seed: number, given: Given = {}): Recipe => {
  const recipe = drawRecipe(load, seed, { durationS: 80, sensor: 'averaged', ...given });
  return {
    ...recipe,
    board: { ...recipe.board, noiseW: 1 },
    flaws: { ...recipe.flaws, missing: [] },
    polling: { ...recipe.polling, stampS: 1e-6 },
    sensor: { ...recipe.sensor, noiseW: 0.3, resolution: 0.01 },
  };
};

/** As an NVIDIA card of the last years: a mean of 100 ms, updated every 100 ms, polled every 20 ms. */
const usual = (load: LoadKind, seed: number): Recipe => {
  const recipe = plain(load, seed);
  return {
    ...recipe,
    sensor: { ...recipe.sensor, updateS: 0.1003, windowS: 0.1003, latencyS: 0.03, jitterS: 0.0002 },
    polling: { ...recipe.polling, intervalS: 0.02, jitterS: 0.0004 },
  };
};

const compare = (recipe: Recipe): { comparison: Comparison; pair: Pair } => {
  const pair = makePair(recipe);
  return { comparison: compared(pair), pair };
};

const withReadings = (pair: Pair, change: (readings: Readings) => Readings): Comparison =>
  compared({ ...pair, readings: change(pair.readings) });

const codes = ({ notes }: Comparison): string[] => notes.map(({ code }) => code);

/** Everything that a comparison says in words. */
const saidBy = (comparison: Comparison): string =>
  [
    comparison.reason,
    ...comparison.notes.map(({ message }) => message),
    ...Object.values(comparison.figures).map(({ reason }) => reason ?? ''),
  ].join('\n');

/** Nothing is left out without a word, and no interval lies beside its value. */
function expectHonest({ figures, reason }: Comparison): void {
  expect(reason).not.toBe('');
  for (const [key, { value, interval, reason: why }] of Object.entries(figures)) {
    if (value === null || interval === null) expect(why, key).toBeTruthy();
    if (value === null) expect(interval, key).toBeNull();
    else expect(Number.isFinite(value), key).toBe(true);
    if (value === null || interval === null) continue;
    expect(interval.every(Number.isFinite), key).toBe(true);
    expect(interval[0], key).toBeLessThanOrEqual(value);
    expect(interval[1], key).toBeGreaterThanOrEqual(value);
  }
}

const errorOfDelay = ({ comparison, pair }: ReturnType<typeof compare>): number =>
  Math.abs((comparison.figures.delay_s.value ?? Number.NaN) - pair.truth.delayS);

describe('what must be said instead of a number', () => {
  it('of a flat load: its level only', () => {
    const { comparison, pair } = compare(usual('flat', 1));
    expect(comparison.verdict).toBe('undetermined');
    expect(codes(comparison)).toContain('flat-load');
    const { delay_s, latency_s, shift_s, window_s, gain, offset_w, mean_difference_w } = comparison.figures;
    for (const figure of [delay_s, latency_s, shift_s, window_s, gain, offset_w]) {
      expect(figure.value).toBeNull();
      expect(figure.reason).toBeTruthy();
    }
    const { aJ, bJ, spanS } = pair.truth.over({ fromS: 2, toS: 78 });
    expect(mean_difference_w.value).toBeCloseTo((bJ - aJ) / spanS, 0);
  });

  it.each(['square', 'sinusoid'] as const)(
    'of a load that repeats itself (%s): one of several lags',
    (load) => {
      const { comparison, pair } = compare(usual(load, 2));
      const { delayS, periodS } = pair.truth;
      expect(comparison.figures.delay_s.value).toBeNull();
      expect(comparison.figures.delay_s.reason).toMatch(/one of/);
      expect(codes(comparison)).toContain('ambiguous-lag');
      expect(comparison.rivals.length).toBeGreaterThanOrEqual(2);
      const offsets = comparison.rivals.map((rival) => (rival.delayS - delayS) / periodS!);
      // Whole periods apart from the truth, which is one of them.
      expect(Math.min(...offsets.map(Math.abs)) * periodS!).toBeLessThan(0.02);
      for (const offset of offsets) expect(Math.abs(offset - Math.round(offset))).toBeLessThan(0.05);
    },
  );

  it("of a window that may be longer by whole periods of the load: which, can't be told", () => {
    const base = usual('square', 4);
    const { truth } = makePair(base);
    const windowS = 1.3 * truth.periodS!;
    const { comparison } = compare({ ...base, sensor: { ...base.sensor, windowS } });
    expect(comparison.figures.window_s.value).toBeNull();
    expect(codes(comparison)).toContain('window-ambiguous');
  });

  it('of polls slower than updates: that the period is at most theirs', () => {
    const base = usual('bursts', 5);
    const { comparison, pair } = compare({ ...base, polling: { ...base.polling, intervalS: 0.17 } });
    expect(comparison.figures.update_s.value).toBeNull();
    expect(comparison.figures.update_s.reason).toMatch(/≤|at most|no longer than/);
    expect(codes(comparison)).toContain('polls-slow');
    expect(codes(comparison)).not.toContain('not-a-boxcar');
    const [low, high] = comparison.figures.delay_s.interval!;
    expect(low).toBeLessThan(pair.truth.delayS);
    expect(high).toBeGreaterThan(pair.truth.delayS);
    expect(high - low).toBeGreaterThanOrEqual(0.16);
  });

  it('of polls so slow that the lag is known worse than the ages: between what it lies', () => {
    const { delay_s } = compare(recipeOf({ group: 'slower', load: 'steps', seed: 40 })).comparison.figures;
    expect(delay_s.value).toBeNull();
    expect(delay_s.reason).toMatch(/lies between/);
  });

  it('of events that are over before the next poll: not that it is another load', () => {
    const { comparison } = compare(recipeOf({ group: 'slower', load: 'rareEvents', seed: 19 }));
    expect(comparison.verdict).toBe('undetermined');
    expect(comparison.reason).toMatch(/too seldom/);
  });

  it.each([5, 6])('of polls locked to updates: that the phase is unknown within a poll (%i)', (seed) => {
    const { comparison, pair } = compare(spoil(usual('bursts', seed), 'locked'));
    expect(codes(comparison)).toEqual(expect.arrayContaining(['polls-slow', 'polls-locked']));
    const [low, high] = comparison.figures.delay_s.interval!;
    expect(low).toBeLessThan(pair.truth.delayS);
    expect(high).toBeGreaterThan(pair.truth.delayS);
    expect(high - low).toBeGreaterThan(0.08);
    expect(errorOfDelay({ comparison, pair })).toBeLessThan(0.1003 / 2);
  });

  it('of locked polls that now and then come just before an update: no phase, since that is when it is', () => {
    const found = compare(spoil(drawRecipe('noise', 1), 'locked'));
    expect(codes(found.comparison)).toContain('polls-slow');
    expect(codes(found.comparison)).not.toContain('polls-locked');
    expect(errorOfDelay(found)).toBeLessThan(0.001);
  });

  it('of two polls an update, always at the same points of it: the same', () => {
    const locked = spoil(usual('bursts', 6), 'locked');
    const intervalS = locked.sensor.updateS / 2;
    const { comparison, pair } = compare({ ...locked, polling: { ...locked.polling, intervalS } });
    expect(codes(comparison)).toContain('polls-locked');
    const [low, high] = comparison.figures.delay_s.interval!;
    expect(low).toBeLessThan(pair.truth.delayS);
    expect(high).toBeGreaterThan(pair.truth.delayS);
  });

  it('of a slow ramp seen by a fast sensor: that the lag is known to most of a period only', () => {
    const { comparison, pair } = compare(recipeOf({ group: 'faster', load: 'ramp', seed: 341 }));
    const { value, reason } = comparison.figures.delay_s;
    expect(value).toBeNull();
    const [, fromMs, toMs] = /lies between ([\d.]+) ms and ([\d.]+) ms/.exec(reason ?? '') ?? [];
    expect(Number(fromMs) / 1000).toBeLessThan(pair.truth.delayS);
    expect(Number(toMs) / 1000).toBeGreaterThan(pair.truth.delayS);
  });

  it('of one step that a low-pass saw in two readings: that it is no window', () => {
    const { comparison, pair } = compare(recipeOf({ group: 'faster', load: 'bareStep', seed: 498 }));
    expect(codes(comparison)).toContain('not-a-boxcar');
    const [low, high] = comparison.figures.delay_s.interval!;
    expect(low).toBeLessThan(pair.truth.delayS);
    expect(high).toBeGreaterThan(pair.truth.delayS);
  });

  it('of one step: that all rests on it', () => {
    const { comparison, pair } = compare(usual('bareStep', 7));
    expect(codes(comparison)).toContain('few-events');
    expect(comparison.events).toBe(1);
    expect(saidBy(comparison)).toMatch(/rests on (?:one|1|a single) /);
    // One reading alone meets the edge: half-way up may be the middle of any window.
    const { value, reason } = comparison.figures.delay_s;
    expect(value).toBeNull();
    const [, fromMs, toMs] = /lies between ([\d.]+) ms and ([\d.]+) ms/.exec(reason ?? '') ?? [];
    expect(Number(fromMs) / 1000).toBeLessThan(pair.truth.delayS);
    expect(Number(toMs) / 1000).toBeGreaterThan(pair.truth.delayS);
    expect(Number(toMs) - Number(fromMs)).toBeLessThan(100);
  });

  it('of three changes in whole watts: neither the period nor that the polls are its limit', () => {
    const { comparison, pair } = compare(drawRecipe('bareStep', 49));
    expect(codes(comparison)).toContain('hold-unknown');
    expect(codes(comparison)).not.toContain('polls-slow');
    for (const [key, truth] of [
      ['delay_s', pair.truth.delayS],
      ['window_s', pair.truth.windowS!],
    ] as const) {
      const [low, high] = comparison.figures[key].interval!;
      expect(low, key).toBeLessThan(truth);
      expect(high, key).toBeGreaterThan(truth);
    }
  });

  it('of rare changes that keep to no period: a lag that may be as long as one of them before the next', () => {
    const base = usual('rareEvents', 8);
    const sensor = { ...base.sensor, kind: 'held', windowS: 0, noiseW: 0, resolution: 5 } as const;
    const { comparison, pair } = compare({ ...base, sensor });
    expect(comparison.figures.update_s.value).toBeNull();
    expect(codes(comparison)).toContain('hold-unknown');
    expect(codes(comparison)).not.toContain('polls-slow');
    const [low, high] = comparison.figures.delay_s.interval!;
    expect(low).toBeLessThan(pair.truth.delayS);
    expect(high).toBeGreaterThan(pair.truth.delayS);
  });

  it('of polls that stall whenever the value changes: no lag, since nothing tells how long B holds a value', () => {
    const base = usual('rareEvents', 19);
    const comparison = withReadings(
      makePair({ ...base, sensor: { ...base.sensor, noiseW: 0, resolution: 5 } }),
      ({ timeUs, value, quantity }) => {
        const stalls = (n: number) => [0, 1, 2].some((back) => value[n - back] !== value[n - back - 1]);
        return {
          quantity,
          timeUs: timeUs.filter((_, n) => !stalls(n)),
          value: value.filter((_, n) => !stalls(n)),
        };
      },
    );
    expect(comparison.verdict).toBe('related');
    expect(codes(comparison)).toContain('hold-unknown');
    for (const key of ['delay_s', 'latency_s', 'shift_s', 'window_s'] as const) {
      expect(comparison.figures[key].value, key).toBeNull();
      expect(comparison.figures[key].reason, key).toMatch(/^only 0 changes were seen: how long /);
    }
    expectHonest(comparison);
  });

  it.each([
    ['drift', 8],
    ['clockStep', 9],
  ] as const)('of a clock that goes otherwise (%s): that the lag changes', (spoiler, seed) => {
    const { comparison } = compare(spoil(usual('bursts', seed), spoiler));
    expect(codes(comparison)).toContain('lag-changes');
    expect(codes(comparison)).not.toContain('not-a-boxcar');
    expect(saidBy(comparison)).toMatch(/lag changes/);
  });

  it('how fast a clock drifts', () => {
    const recipe = spoil(usual('steps', 8), 'drift');
    const { value, interval } = compare(recipe).comparison.figures.drift_s_per_hour;
    expect(Math.sign(value!)).toBe(Math.sign(recipe.flaws.driftSPerHour));
    expect(interval![0]).toBeLessThanOrEqual(recipe.flaws.driftSPerHour);
    expect(interval![1]).toBeGreaterThanOrEqual(recipe.flaws.driftSPerHour);
  });

  it('of a low pass: its delay and time constant, and no window', () => {
    const base = plain('bursts', 10, { sensor: 'onePole' });
    const sensor = { ...base.sensor, updateS: 0.02, timeConstantS: 0.3, latencyS: 0.004 };
    const { comparison, pair } = compare({ ...base, sensor, polling: { ...base.polling, intervalS: 0.006 } });
    expect(codes(comparison)).toContain('not-a-boxcar');
    expect(comparison.kernel).toBe('one-pole');
    expect(comparison.timeConstantS! / 0.3).toBeCloseTo(1, 1);
    expect(comparison.figures.window_s.value).toBeNull();
    expect(comparison.figures.delay_s.value).toBeCloseTo(pair.truth.delayS, 2);
  });
});

describe('what must not deceive', () => {
  it.each([
    ['bareStep', 45],
    ['bareRamp', 88],
    ['ramp', 69],
    ['ramp', 87],
  ] as const)('another load that rises once as well (%s %i)', (load, seed) => {
    const { comparison } = compare(recipeOf({ group: 'unrelated', load, seed }));
    expect(comparison.verdict).toBe('undetermined');
    expect(comparison.reason).toMatch(/^B resembles A \(100 %\), but on 1 event alone that may be chance$/);
  });

  it('two readings far off on the one edge there is, which is no curve', () => {
    const { comparison } = compare(recipeOf({ group: 'faster', load: 'bareStep', seed: 15 }));
    expect(comparison.verdict).toBe('related');
    expect(codes(comparison)).toContain('few-events');
  });

  it.each([
    ['noise', 2],
    ['tokens', 3],
  ] as const)('a step of the clock, which blurs a window as a low-pass does (%s)', (load, seed) => {
    const { comparison, pair } = compare(recipeOf({ group: 'clockStep', load, seed }));
    expect(codes(comparison)).toContain('lag-changes');
    expect(comparison.kernel).toBe('boxcar');
    expect(comparison.figures.window_s.value! / pair.truth.windowS!).toBeCloseTo(1, 1);
  });

  it.each([
    ['bursts', 40, 'found, and fitted anew from where the larger part is'],
    ['steps', 19, 'found, and fitted anew from where the larger part is'],
    ['noise', 40, 'of which no part tells a lag by itself'],
  ] as const)('a step of the clock early in the run (%s %i: %s)', (load, seed, _) => {
    const recipe = recipeOf({ group: 'clockStep', load, seed });
    const { comparison } = compare(recipe);
    expect(codes(comparison)).toContain('lag-changes');
    const [, ms] = /lag changes during the run, by (\d+) ms at once/.exec(saidBy(comparison))!;
    expect(Number(ms) / (-1000 * recipe.flaws.clockStep!.byS)).toBeCloseTo(1, 1);
  });

  it('parts of the run whose lags scatter: no change of the lag, which would explain less', () => {
    const found = compare(recipeOf({ group: 'slower', load: 'steps', seed: 31 }));
    expect(codes(found.comparison)).not.toContain('lag-changes');
    expect(found.comparison.kernel).toBe('boxcar');
    expect(errorOfDelay(found)).toBeLessThan(0.01);
    expect(found.comparison.figures.window_s.value! / found.pair.truth.windowS!).toBeCloseTo(1, 1);
  });

  it('one late update', () => {
    expect(errorOfDelay(compare(spoil(usual('bursts', 12), 'lateUpdate')))).toBeLessThan(0.01);
  });

  it('whole watts on a ramp', () => {
    const found = compare(spoil(usual('bareRamp', 13), 'coarse'));
    const { value, interval } = found.comparison.figures.delay_s;
    expect(value).not.toBeNull();
    expect(interval![0]).toBeLessThanOrEqual(found.pair.truth.delayS);
    expect(interval![1]).toBeGreaterThanOrEqual(found.pair.truth.delayS);
  });

  it.each(['zeros', 'spikes'] as const)('%s', (spoiler) => {
    const found = compare(spoil(usual('bursts', 14), spoiler));
    const { figures } = found.comparison;
    expect(codes(found.comparison)).toContain('dropped-readings');
    expect(errorOfDelay(found)).toBeLessThan(0.01);
    expect(figures.gain.value).toBeCloseTo(found.pair.truth.gain, 2);
    const { aJ, bJ } = found.pair.truth.over(...found.comparison.spans.map(inSeconds));
    expect(Math.abs(figures.energy_difference_pct.value! - (100 * (bJ - aJ)) / aJ)).toBeLessThan(0.3);
  });

  it.each(loadKinds)('records of five seconds (%s)', (load) => {
    for (const [n, sensor] of sensorKinds.entries()) {
      const { comparison } = compare(drawRecipe(load, 20 + n, { sensor, durationS: 5 }));
      expectHonest(comparison);
    }
  });

  it.each([1, 2, 40])('records of next to nothing: %s readings', (count) => {
    const pair = makePair(usual('bursts', 15));
    const comparison = withReadings(pair, ({ timeUs, value, quantity }) => ({
      timeUs: timeUs.slice(0, count),
      value: value.slice(0, count),
      quantity,
    }));
    expect(comparison.verdict).toBe('undetermined');
    expectHonest(comparison);
  });

  it('milliwatts taken for watts', () => {
    const comparison = withReadings(makePair(usual('bursts', 16)), (readings) => ({
      ...readings,
      value: readings.value.map((watts) => 1000 * watts),
    }));
    expect(codes(comparison)).toContain('unit-suspect');
    expect(saidBy(comparison)).toMatch(/mW|milliwatt/);
  });

  it('stamps an hour off', () => {
    const comparison = withReadings(makePair(usual('bursts', 17)), (readings) => ({
      ...readings,
      timeUs: readings.timeUs.map((us) => us + 3.6e9),
    }));
    expect(comparison.verdict).toBe('undetermined');
    expect(comparison.reason).toMatch(/no (?:time|span|part)|share|overlap|cover/);
    expect(Object.values(comparison.figures).filter(({ value }) => value !== null)).toEqual([]);
    expectHonest(comparison);
  });

  it.each([
    ['a row number', (n: number) => n],
    ['a saw tooth', (n: number) => n % 100],
    ['a temperature that creeps', (n: number) => 40 + Math.round(20 * (1 - Math.exp(-n / 900)))],
    ['a constant', () => 250],
    ['nothing but zeros', () => 0],
    ['nothing', () => Number.NaN],
  ])('a column that is no power: %s', (_, valueAt) => {
    const comparison = withReadings(makePair({ ...usual('bursts', 18), durationS: 40 }), (readings) => ({
      ...readings,
      value: readings.value.map((_each, n) => valueAt(n)),
    }));
    expect(comparison.verdict).not.toBe('related');
    expectHonest(comparison);
  });

  it('trapezoids between changes: the energy is that of all polls', () => {
    const { comparison, pair } = compare(usual('rareEvents', 19));
    const { bJ } = pair.truth.over(...comparison.spans.map(inSeconds));
    expect(comparison.figures.energy_b_j.value! / bJ).toBeCloseTo(1, 2);
  });

  it('a reading that is missing is neither zero nor the one before', () => {
    const pair = makePair(usual('bursts', 20));
    const whole = compared(pair);
    const holed = withReadings(pair, (readings) => ({
      ...readings,
      value: readings.value.map((watts, n) => (n % 7 === 3 ? Number.NaN : watts)),
    }));
    const [a, b] = [whole, holed].map(({ figures }) => figures.energy_difference_pct.value!);
    expect(Math.abs(a! - b!)).toBeLessThan(0.2);
    expectHonest(holed);
  });
});
