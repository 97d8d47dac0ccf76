import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';

/** The reference's own noise moves what the line says of a level by so many deviations. */
const noiseDeviations = 2;

/** Standard errors of a line, of a share and in W. */
export interface LineError {
  readonly gain: number;
  readonly offsetW: number;
}

/**
 * What rounding does to the line. What a sensor rounds away of a level is the same each time, unless its own noise or the load moves the level
 * about: a hundred readings know it no better than one. Levels are told by what the line says, since those told by the values would be
 * chosen by their errors.
 */
export function roundingError({ valueW, stepW, count }: Readings, fit: Fit): LineError {
  const { line, weights, referenceW, kernel, widthUs } = fit;
  if (stepW === 0 || !(line.referenceVariance > 0)) return { gain: 0, offsetW: 0 };
  const noiseVariance = line.gain ** 2 * kernel.noiseVariance(widthUs);
  const half = stepW / 2 + noiseDeviations * Math.sqrt(noiseVariance);
  const saidW = referenceW.map((watts) => line.gain * (watts - line.referenceMeanW));
  const order = Uint32Array.from(saidW, (_, n) => n)
    .filter((n) => !Number.isNaN(saidW[n]) && weights[n]! > 0)
    .sort((a, b) => saidW[a]! - saidW[b]!);
  // How gain and offset answer to a reading.
  const byGain = (n: number) =>
    (weights[n]! * (referenceW[n]! - line.referenceMeanW)) / (line.weight * line.referenceVariance);
  const byOffset = (n: number) => weights[n]! / line.weight - line.referenceMeanW * byGain(n);
  const near = { count: 0, sum: 0, squares: 0, stays: 0, steps: 0, gain: 0, offset: 0 };
  const meet = (n: number, sign: 1 | -1) => {
    near.count += sign;
    near.sum += sign * saidW[n]!;
    near.squares += sign * saidW[n]! ** 2;
    near.gain += sign * byGain(n);
    near.offset += sign * byOffset(n);
    const apart = n + 1 < count ? Math.abs(valueW[n + 1]! - valueW[n]!) : Number.POSITIVE_INFINITY;
    if (apart < 0.5 * stepW) near.stays += sign;
    else if (apart < 1.5 * stepW) near.steps += sign;
  };
  let [first, end, gain, offset] = [0, 0, 0, 0];
  for (const n of order) {
    while (end < order.length && saidW[order[end]!]! <= saidW[n]! + half) meet(order[end++]!, 1);
    while (saidW[order[first]!]! < saidW[n]! - half) meet(order[first++]!, -1);
    const spread = near.squares / near.count - (near.sum / near.count) ** 2;
    // Over a load that goes through a whole step errors differ.
    const moved = (spread - noiseVariance) / (half ** 2 / 3 - noiseVariance);
    // A level that is rounded the other way now and then lies so near the middle between two steps.
    const otherWay = near.steps / Math.max(near.steps + near.stays, 1);
    const shared = Math.max(0, 1 - 2 * otherWay) * Math.max(0, Math.min(1, 1 - moved));
    gain += shared * byGain(n) * near.gain;
    offset += shared * byOffset(n) * near.offset;
  }
  const error = (sum: number) => stepW * Math.sqrt(Math.max(0, sum) / 12);
  return { gain: error(gain), offsetW: error(offset) };
}
