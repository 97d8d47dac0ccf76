import { type Known, powersAt } from '../model/kernel.js';
import { fitLine } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import { PowerIntegral } from '../reference/integral.js';
import type { Fit } from '../search/fit.js';
import type { LineError } from './rounding.js';

/** Of fewer samples half are none to go by. */
const samplesLeast = 4;
/** Over windows of more samples than this, what lies between two of them is lost in the others. */
const samplesMost = 30;
/** With half the samples corners are cut by four times as much, and edges that lie between two of them by twice. */
const share = 1 / 2;

/**
 * By how much the line may be off since the power went from sample to sample in a way that nobody saw: by what it changes when every second sample is
 * left out. Straight lines between samples cut the corners of the load, always inwards, and more readings do not mend that.
 */
export function samplingError({ reference, noise }: Known, readings: Readings, fit: Fit): LineError {
  const isLost = fit.widthUs > samplesMost * noise.spacingUs || fit.kernel.kind === 'counter';
  if (isLost || reference.timeUs.length < samplesLeast) return { gain: 0, offsetW: 0 };
  const every = (values: ArrayLike<number>) =>
    Float64Array.from({ length: (values.length + 1) >> 1 }, (_, n) => values[2 * n]!);
  const kernel = fit.kernel.over({
    reference: new PowerIntegral({
      timeUs: every(reference.timeUs),
      powerMw: every(reference.powerMw),
      gapLimitUs: 2 * reference.gapLimitUs,
    }),
    noise: { ...noise, spacingUs: 2 * noise.spacingUs },
  });
  const line = fitLine(
    powersAt(kernel, readings, fit),
    readings.valueW,
    fit.weights,
    kernel.noiseVariance(fit.widthUs),
  );
  return {
    gain: share * Math.abs(line.gain - fit.line.gain),
    offsetW: share * Math.abs(line.offsetW - fit.line.offsetW),
  };
}
