/**
 * A hash of two 32-bit integers, uniform over 0 … 2^32 - 1. The simulator's chance is this function of a seed and
 * a position (a time slot, a reply's number), never of a state, so any instant can be computed by itself.
 */
export function hash32(seed: number, position: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(position, 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Uniform in [0, 1). */
export const uniform = (seed: number, position: number): number => hash32(seed, position) / 2 ** 32;

/** Roughly normal: mean 0, standard deviation 1, never beyond ±3.5. Sums the four bytes of one hash. */
export function gaussian(seed: number, position: number): number {
  const bits = hash32(seed, position);
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}
