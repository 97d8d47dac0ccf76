import { expect, it } from 'vitest';
import { compareTraces } from '#powerlog/compare/compare.js';
import { countedWhole } from '#powerlog/comparison/counted-whole.js';
import { random } from '../report/runs.js';
import { compared, folder, write } from './pair.js';

/* A counter that was read a few times says how much was counted, and nothing of when within the time between two readings. */

const place = folder();
const beginS = 1_795_788_000;

/** A power at 10 Hz, and what an exact counter has counted up to each instant. */
function loaded(lengthS: number, wattsAt: (s: number) => number) {
  const watts = Array.from({ length: lengthS * 10 + 1 }, (_, n) => wattsAt(n / 10));
  const joules = [0];
  for (let n = 1; n < watts.length; n++) joules.push(joules[n - 1]! + (watts[n - 1]! + watts[n]!) / 20);
  const reference = {
    timeUs: Float64Array.from(watts, (_, n) => n * 1e5),
    powerMw: Float64Array.from(watts, (each) => each * 1000),
    gapLimitUs: 1e6,
  };
  const counter = (atS: readonly number[]) => ({
    timeUs: Float64Array.from(atS, (s) => s * 1e6),
    value: Float64Array.from(atS, (s) => 500 + joules[s * 10]!),
    quantity: 'energy' as const,
  });
  return { reference, counter };
}

/** Steps of 0.3 to 2 s. */
function randomLoad(seed: number): (s: number) => number {
  const next = random(seed);
  let [untilS, watts] = [0, 0];
  return (s) => {
    if (s >= untilS) [untilS, watts] = [s + 0.3 + 1.7 * next(), 80 + 300 * next()];
    return watts;
  };
}

const every = (periodS: number, fromS: number, toS: number): number[] =>
  Array.from({ length: Math.floor((toS - fromS) / periodS) + 1 }, (_, n) => fromS + n * periodS);

it.each([
  ['four readings', [0, 3000, 12_000, 15_000], 30],
  ['the first and the last', [0, 15_000], 90],
])('of %s the whole is compared, from the first within A to the last', (_name, joules, periodS) => {
  const rows = every(0.1, 0, 95).map((s) => `${(beginS + s).toFixed(1)},${s >= 30 && s < 60 ? 300 : 100}`);
  const a = write(place('a.csv'), `unix_time_s,gpu_power_w\n${rows.join('\n')}\n`);
  const counted = joules.map((each, n) => `${beginS + n * periodS},${each}`);
  const json = compared([a, write(place('b.csv'), `unix_time_s,energy_j\n${counted.join('\n')}\n`)]);
  expect(json.span_s).toBe(90);
  expect(json.energy_a_j).toBeCloseTo(15_000, 3);
  expect(json.energy_b_j).toBe(15_000);
  expect(json.energy_difference_pct).toBeCloseTo(0, 6);
  expect(json).toMatchObject({ verdict: 'undetermined', shift_s: null, gain: null });
  expect(json.reason).toMatch(/read too seldom to be followed/);
});

it.each([30, 10, 5])('no lag is fitted to a few readings, one every %d s', (periodS) => {
  for (const seed of [1, 2, 3]) {
    const { reference, counter } = loaded(120, randomLoad(seed));
    const { figures } = countedWhole(reference, counter(every(periodS, 3, 118)))!;
    expect(figures.energy_difference_pct.value).toBeCloseTo(0, 6);
  }
});

it('where no lag can be told, what was counted is held against the time in which it was', () => {
  for (const seed of [1, 2, 3]) {
    const { reference, counter } = loaded(120, randomLoad(seed));
    const { figures } = compareTraces(reference, counter(every(10, 3, 118)));
    expect(figures.energy_difference_pct.value).toBeCloseTo(0, 6);
  }
});

it('a phase has what was counted between the readings in it, and nothing where there are no two', () => {
  const { reference, counter } = loaded(95, (s) => (s >= 30 && s < 60 ? 300 : 100));
  const phases = [
    { name: 'train', spans: [{ startUs: 30e6, endUs: 65e6 }] },
    { name: 'short', spans: [{ startUs: 61e6, endUs: 89e6 }] },
  ];
  const [train, short] = countedWhole(reference, counter([0, 30, 60, 90]), phases)!.phases;
  expect(train!.spanS).toBe(30);
  expect(train!.figures.energy_b_j.value).toBeCloseTo(9000, -2);
  expect(train!.figures.energy_difference_pct.value).toBeCloseTo(0, 6);
  expect(short!.figures.energy_b_j).toMatchObject({
    value: null,
    reason: 'B was not read twice in this phase',
  });
});
