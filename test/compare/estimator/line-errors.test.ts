import { describe, expect, it } from 'vitest';
import { roundingError } from '#powerlog/compare/intervals/rounding.js';
import { samplingError } from '#powerlog/compare/intervals/sampling.js';
import { boxcar, onePole } from '#powerlog/compare/model/kernel.js';
import { fitLine } from '#powerlog/compare/model/line.js';
import { PowerIntegral } from '#powerlog/compare/reference/integral.js';
import { fitAt } from '#powerlog/compare/search/fit.js';
import { Chance } from '../pairs/chance.js';
import { drawLoad } from '../pairs/loads.js';
import { referenceOf } from './traces.js';

const durationS = 60;
const quiet = { sampleW: 0, spacingUs: 1000 };

/** Readings of a sensor without any delay, every 20 ms and a little off that. */
function readings(powerAt: (s: number) => number, stepW: number, round = (watts: number) => watts) {
  const timesS = Array.from({ length: 2900 }, (_, n) => 1 + n * 0.0201);
  const valueW = Float64Array.from(timesS, (s) => round(powerAt(s)));
  return {
    ...{ count: timesS.length, timeUs: Float64Array.from(timesS, (s) => s * 1e6), valueW },
    ...{ jitterUs: new Float64Array(timesS.length), spanUs: null, holdUs: 20_100, stepW },
  };
}

const known = (powerAt: (s: number) => number) => ({
  reference: new PowerIntegral(referenceOf(powerAt, durationS)),
  noise: quiet,
});

describe('a low-pass', () => {
  it.each(['bursts', 'rareEvents', 'tokens', 'noise'] as const)('is as steep as it is: %s', (load) => {
    const { curve } = drawLoad(load, new Chance(7), durationS);
    for (const timeConstantS of [0.15, 0.45]) {
      const seen = readings(curve.lowPass(timeConstantS), 0);
      const referenceW = new Float64Array(seen.count);
      const centreUs = timeConstantS * 1e6;
      onePole(known((s) => curve.powerAt(s))).fill(seen, centreUs, centreUs, referenceW);
      expect(Math.abs(fitLine(referenceW, seen.valueW, null).gain - 1)).toBeLessThan(1.5e-4);
    }
  });
});

describe('rounding', () => {
  const idleW = 57.3;
  const levels = (s: number) => (s % 10 < 6 ? idleW : 300.2);
  const errorOf = (powerAt: (s: number) => number, noiseW: number) => {
    const chance = new Chance(3);
    const seen = readings(powerAt, 1, (watts) => Math.round(watts + noiseW * chance.normal()));
    const fit = fitAt(boxcar(known(powerAt)), seen, { delayUs: 0, widthUs: 1000 });
    return { ...roundingError(seen, fit), offBy: Math.abs(fit.line.offsetW) };
  };

  it('of a level is known no better by many readings', () => {
    const { offsetW, offBy } = errorOf(levels, 0);
    expect(offBy).toBeGreaterThan(0.2);
    expect(offsetW).toBeGreaterThan(offBy / 2);
    // 0.29 W at each of two levels, carried on to 0 W.
    expect(offsetW).toBeLessThan(0.6);
  });

  it('is smoothed by the noise of the sensor, and by a load that wanders', () => {
    expect(errorOf(levels, 0.8).offsetW).toBeLessThan(0.03);
    const { offsetW } = errorOf((s) => 150 + 80 * Math.sin(s * 1.7) + 20 * Math.sin(s * 13.3), 0);
    expect(offsetW).toBeLessThan(0.06);
  });
});

describe('samples', () => {
  // Flanks of 3 ms, whose corners lie anywhere between two samples.
  const pulses = (s: number) => {
    const within = s % 0.0207;
    return 60 + 200 * Math.max(0, Math.min(1, within / 0.003, (0.012 - within) / 0.003));
  };

  it('cut corners, and the line says by how much it may be too steep', () => {
    const seen = readings(pulses, 0);
    const fit = fitAt(boxcar(known(pulses)), seen, { delayUs: 0, widthUs: 1 });
    const offBy = Math.abs(fit.line.gain - 1);
    expect(offBy).toBeGreaterThan(2e-4);
    const { gain } = samplingError(known(pulses), seen, fit);
    expect(gain).toBeGreaterThan(offBy);
    expect(gain).toBeLessThan(6 * offBy);
  });

  it('are many enough within a long window', () => {
    const fit = fitAt(boxcar(known(pulses)), readings(pulses, 0), { delayUs: 0, widthUs: 100_000 });
    expect(samplingError(known(pulses), readings(pulses, 0), fit)).toEqual({ gain: 0, offsetW: 0 });
  });
});
