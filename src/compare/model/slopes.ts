import type { Kernel } from './kernel.js';
import type { Readings } from './readings.js';

/** Usual step of a slope to either side, µs. */
export const slopeStepUs = 500;

/** By how much what the reference says of each reading changes for each µs that it is later, W/µs; NaN where that is not known. */
export function powerSlopes(
  kernel: Kernel,
  readings: Readings,
  { delayUs, widthUs }: { readonly delayUs: number; readonly widthUs: number },
  stepUs = slopeStepUs,
): Float64Array {
  const [before, behind] = [new Float64Array(readings.count), new Float64Array(readings.count)];
  kernel.fill(readings, delayUs + stepUs, widthUs, before);
  kernel.fill(readings, delayUs - stepUs, widthUs, behind);
  return behind.map((watts, n) => (watts - before[n]!) / (2 * stepUs));
}
