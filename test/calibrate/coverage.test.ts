import { describe, expect, it } from 'vitest';
import { calibrateRail } from '#powerlog/calibrate/calibrate-rail.js';
import { powerAccuracy, powerUncertaintyW } from '#powerlog/measure/accuracy/applied.js';
import { type Bench, milli, pointsOf, truthOf } from './bench.js';

const bench: Bench = {
  loadsA: [0, 1, 3, 6, 10, 15],
  accuracy: 0.005,
  scatterA: 0,
  noiseA: 0.03,
  samples: 300,
  decimals: 2,
};
const benches: readonly (readonly [string, Bench])[] = [
  ['a meter whose digits are all that is not known', bench],
  ['loads that wander between the two readings, of which nobody tells', { ...bench, scatterA: 0.02 }],
  ['three loads', { ...bench, loadsA: [1, 6, 15], scatterA: 0.01 }],
  ['one load and the zero', { ...bench, loadsA: [0, 10] }],
  ['an exact meter', { ...bench, accuracy: 0, decimals: 4 }],
];
const seeds = Array.from({ length: 100 }, (_, n) => n + 1);

/** How far a case is off, in what is stated for it. */
function offBy(of: Bench, seed: number) {
  const truth = truthOf(seed);
  const accuracy = { voltage: of.accuracy, current: of.accuracy };
  const rail = { ...calibrateRail(pointsOf(truth, of, seed), accuracy, milli), reference_accuracy: accuracy };
  const { gain, offset_a, gain_uncertainty, offset_uncertainty_a } = rail.current!;
  const known = powerAccuracy({ ...rail, date: '', reference: null }, 12_000, null)!;
  const power = (currentA: number) => {
    const trueV = 12.05 - 0.01 * currentA;
    const foundV = (trueV / truth.voltageGain) * rail.voltage!.gain;
    const foundA = ((currentA - truth.offsetA) / truth.gain) * gain + offset_a;
    return (foundV * foundA - trueV * currentA) / powerUncertaintyW(known, foundV * foundA);
  };
  return {
    gain: (gain - truth.gain) / gain_uncertainty!,
    offset: (offset_a - truth.offsetA) / offset_uncertainty_a!,
    voltage: (rail.voltage!.gain - truth.voltageGain) / rail.voltage!.gain_uncertainty,
    idle: power(0.2),
    middle: power(5),
    full: power(20),
  };
}

describe.each(benches)('of 100 rails whose errors are known, with %s', (_, of) => {
  const cases = seeds.map((seed) => offBy(of, seed));

  it.each(['gain', 'offset', 'voltage', 'idle', 'middle', 'full'] as const)(
    'at least 95 are found within what is stated: %s',
    (figure) => {
      const within = cases.filter((each) => Math.abs(each[figure]) <= 1);
      expect(within.length).toBeGreaterThanOrEqual(95);
    },
  );

  it('at least 95 are found in gain and offset at once', () => {
    const within = cases.filter(({ gain, offset }) => Math.abs(gain) <= 1 && Math.abs(offset) <= 1);
    expect(within.length).toBeGreaterThanOrEqual(95);
  });
});

it('what is stated is not far more than the errors are', () => {
  for (const figure of ['gain', 'offset', 'full'] as const) {
    const shares = seeds.map((seed) => Math.abs(offBy(bench, seed)[figure])).sort((a, b) => a - b);
    expect(shares[94]).toBeGreaterThan(0.5);
  }
});
