import type { RailPoint } from '#powerlog/calibrate/readings.js';
import { gaussian, uniform } from '#powerlog/simulator/random.js';

/** A rail whose sensor is off by what is known, and a meter that is off by what its data sheet allows. */
export interface Truth {
  readonly gain: number;
  readonly offsetA: number;
  readonly voltageGain: number;
}

/** A board that tells whole mV and mA. */
export const milli = { voltage: 0.001, current: 0.001 };

/** What the bench is like. */
export interface Bench {
  readonly loadsA: readonly number[];
  /** The meter's gain lies anywhere within, as its data sheet says. */
  readonly accuracy: number;
  /** Standard deviation of what load and meter do between two readings, A: nobody tells the fit of it. */
  readonly scatterA: number;
  /** Of single samples of the board, A. */
  readonly noiseA: number;
  readonly samples: number;
  /** Decimals that the meter shows of amperes; it shows three of volts. */
  readonly decimals: number;
}

export const truthOf = (seed: number): Truth => ({
  gain: 0.92 + 0.16 * uniform(seed, 1),
  offsetA: 0.6 * uniform(seed, 2) - 0.3,
  voltageGain: 0.98 + 0.04 * uniform(seed, 3),
});

/** What is compared at such a bench: true current = gain × board + offset. */
export function pointsOf(truth: Truth, bench: Bench, seed: number): RailPoint[] {
  const meterGain = 1 + bench.accuracy * (2 * uniform(seed, 10) - 1);
  const voltMeterGain = 1 + bench.accuracy * (2 * uniform(seed, 11) - 1);
  const step = 10 ** -bench.decimals;
  return bench.loadsA.map((loadA, n) => {
    const trueA = loadA === 0 ? 0 : loadA + bench.scatterA * gaussian(seed, 100 + n);
    const trueV = 12.05 - 0.01 * loadA;
    const error = bench.noiseA / Math.sqrt(bench.samples);
    const board = (loadA - truth.offsetA) / truth.gain + error * gaussian(seed, 200 + n);
    const shown = (value: number, of: number) => Math.round(value / of) * of;
    return {
      board: {
        voltage: { value: trueV / truth.voltageGain, error: 0.0002 },
        current: { value: board, error },
      },
      reference: {
        voltage: { value: shown(trueV * voltMeterGain, 0.001), step: 0.001 },
        current: loadA === 0 ? { value: 0, step: 0 } : { value: shown(trueA * meterGain, step), step },
      },
    };
  });
}
