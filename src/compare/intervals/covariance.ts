import { powersAt } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';
import { correlationTime } from './correlation-time.js';
import { inverse, product } from './solve.js';

/** Variances and covariances of delay (µs), width (µs), gain and offset (W), the larger of two estimates for each. */
export interface Covariance {
  readonly matrix: readonly (readonly number[])[];
  /** Readings that stand for one. */
  readonly correlationTime: number;
  /** Readings that carry the delay: one, where a single one lies on the only edge. */
  readonly carriers: number;
}

const blocks = 24;
/** Step of the derivative by the width, as a share of it. */
const widthShare = 0.02;

/** By curvature, widened by how long residuals stay alike; and by what blocks of the run say each for itself. */
export function covarianceOf(readings: Readings, fit: Fit): Covariance | null {
  const columns = derivatives(readings, fit);
  const size = columns.length;
  const { weights, referenceW, line } = fit;
  const normal = zeros(size);
  const blockNormal = Array.from({ length: blocks }, () => new Array<number>(size).fill(0));
  const whitened = new Float64Array(readings.count).fill(Number.NaN);
  let [squares, used, delaySquares] = [0, 0, 0];
  for (let n = 0; n < readings.count; n++) {
    const weight = weights[n]!;
    const residual = readings.valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
    if (!(weight > 0) || columns.some((column) => Number.isNaN(column[n])) || Number.isNaN(residual))
      continue;
    used++;
    squares += weight * residual * residual;
    delaySquares += (weight * columns[0]![n]! ** 2) ** 2;
    whitened[n] = Math.sqrt(weight) * residual;
    const block = blockNormal[Math.floor((n * blocks) / readings.count)]!;
    for (let i = 0; i < size; i++) {
      const part = weight * columns[i]![n]!;
      block[i]! += part * residual;
      for (let j = 0; j <= i; j++) normal[i]![j]! += part * columns[j]![n]!;
    }
  }
  if (used <= size + 1) return null;
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) normal[i]![j] = normal[j]![i]!;
  const inverted = inverse(normal);
  if (!inverted) return null;
  const time = correlationTime(whitened);
  // The weights say what a reading scatters; what it scatters more widens all.
  const residual = Math.max(1, squares / (used - size));
  const middle = zeros(size);
  for (const block of blockNormal)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) middle[i]![j]! += block[i]! * block[j]!;
  const sandwich = product(product(inverted, middle), inverted);
  // Blocks that were fitted to say too little of what scatters between them.
  const fewBlocks = blocks / (blocks - size);
  const matrix = inverted.map((row, i) =>
    row.map((value, j) => {
      const byCurvature = (n: number) => inverted[n]![n]! * residual * time;
      const bySandwich = (n: number) => sandwich[n]![n]! * fewBlocks;
      const factor = (n: number) =>
        Math.sqrt(Math.max(byCurvature(n), bySandwich(n)) / Math.max(byCurvature(n), 1e-300));
      return value * residual * time * factor(i) * factor(j);
    }),
  );
  return { matrix: full(matrix, size), correlationTime: time, carriers: normal[0]![0]! ** 2 / delaySquares };
}

/** A counter has no width of its own: its row and column are zero. */
function full(matrix: number[][], size: number): number[][] {
  if (size === 4) return matrix;
  const places = [0, 2, 3];
  const whole = zeros(4);
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) whole[places[i]!]![places[j]!] = matrix[i]![j]!;
  return whole;
}

const zeros = (size: number): number[][] =>
  Array.from({ length: size }, () => new Array<number>(size).fill(0));

/** How each reading answers to delay, width, gain and offset. */
function derivatives(
  readings: Readings,
  { kernel, delayUs, widthUs, line, referenceW, slopes }: Fit,
): Float64Array[] {
  const byDelay = slopes.map((watts) => -line.gain * watts);
  const ones = referenceW.map((value) => (!Number.isNaN(value) ? 1 : Number.NaN));
  if (kernel.kind === 'counter') return [byDelay, referenceW, ones];
  const widthStepUs = Math.max(200, widthShare * widthUs);
  const wider = powersAt(kernel, readings, { delayUs, widthUs: widthUs + widthStepUs });
  const narrower = powersAt(kernel, readings, { delayUs, widthUs: Math.max(1, widthUs - widthStepUs) });
  const byWidth = wider.map((watts, n) => (line.gain * (watts - narrower[n]!)) / (2 * widthStepUs));
  return [byDelay, byWidth, referenceW, ones];
}
