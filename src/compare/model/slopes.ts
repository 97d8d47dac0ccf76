import { type Kernel, powersAt } from './kernel.js';
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
  const before = powersAt(kernel, readings, { delayUs: delayUs + stepUs, widthUs });
  const behind = powersAt(kernel, readings, { delayUs: delayUs - stepUs, widthUs });
  return behind.map((watts, n) => (watts - before[n]!) / (2 * stepUs));
}
