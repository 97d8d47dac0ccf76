import type { Kernel } from '../model/kernel.js';
import { explained, fitLine } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';

/** A place that may be the best one: a local summit of what is explained. */
export interface Candidate {
  readonly delayUs: number;
  readonly widthUs: number;
  /** Share of the readings' variance that is explained. */
  readonly explained: number;
}

const stepUs = 5000;
/** Windows that are tried, in steps on each side of the centre: 10 ms to 2 s. */
const halfWindows = [1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60, 100, 140, 200];
const widest = 200;
const summitsPerWindow = 5;
/** A lag at which fewer of the readings than this share have a reference is not judged. */
const coveredShareMin = 0.6;

/** Sums over the readings for every lag at one window. */
class LagSums {
  readonly n: Float64Array;
  readonly x: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly y: Float64Array;
  readonly yy: Float64Array;

  constructor(lags: number) {
    this.n = new Float64Array(lags);
    this.x = new Float64Array(lags);
    this.xx = new Float64Array(lags);
    this.xy = new Float64Array(lags);
    this.y = new Float64Array(lags);
    this.yy = new Float64Array(lags);
  }

  /** Share explained by a line that rises; 0 where too few readings are covered. */
  explained(lag: number, least: number): number {
    const n = this.n[lag]!;
    if (n < least) return 0;
    const xy = this.xy[lag]! - (this.x[lag]! * this.y[lag]!) / n;
    const xx = this.xx[lag]! - this.x[lag]! ** 2 / n;
    const yy = this.yy[lag]! - this.y[lag]! ** 2 / n;
    return xy > 0 && xx > 0 && yy > 0 ? Math.min(1, (xy * xy) / (xx * yy)) : 0;
  }
}

/** Every lag of the range at fourteen windows, all from one pass over the energy at steps of the lag. */
export function searchWindows(
  reference: PowerIntegral,
  { count, timeUs, valueW }: Readings,
  [leastUs, mostUs]: readonly [number, number],
): Candidate[] {
  const lags = Math.floor((mostUs - leastUs) / stepUs) + 1;
  const steps = lags + 2 * widest;
  const energyUj = new Float64Array(steps);
  const sums = halfWindows.map(() => new LagSums(lags));
  const [middleW, meanW] = [
    valueW[count >> 1] ?? 0,
    reference.meanW(reference.startUs, reference.endUs) || 0,
  ];
  for (let n = 0; n < count; n++) {
    const newestUs = timeUs[n]! - leastUs + widest * stepUs;
    fillEnergy(reference, newestUs, energyUj);
    const y = valueW[n]! - middleW;
    halfWindows.forEach((half, window) => {
      const { n: counts, x: sumX, xx: sumXX, xy: sumXY, y: sumY, yy: sumYY } = sums[window]!;
      const scale = 1 / (2 * half * stepUs);
      for (let lag = 0, at = widest; lag < lags; lag++, at++) {
        const x = (energyUj[at - half]! - energyUj[at + half]!) * scale - meanW;
        if (Number.isNaN(x)) continue;
        counts[lag]!++;
        sumX[lag]! += x;
        sumXX[lag]! += x * x;
        sumXY[lag]! += x * y;
        sumY[lag]! += y;
        sumYY[lag]! += y * y;
      }
    });
  }
  return halfWindows.flatMap((half, window) =>
    summits(lags, (lag) => sums[window]!.explained(lag, coveredShareMin * count)).map((summit) => ({
      delayUs: leastUs + summit.lag * stepUs,
      widthUs: 2 * half * stepUs,
      explained: summit.height,
    })),
  );
}

/** Energy at equal steps back from an instant; NaN where nothing was measured. */
function fillEnergy(reference: PowerIntegral, newestUs: number, energyUj: Float64Array): void {
  const isWhole = reference.silent.isEmpty;
  for (let step = 0; step < energyUj.length; step++) {
    const us = newestUs - step * stepUs;
    const isKnown =
      us >= reference.startUs && us <= reference.endUs && (isWhole || !reference.silent.holds(us));
    energyUj[step] = isKnown ? reference.energyUj(us) : Number.NaN;
  }
}

/** Lags at which the reference explains the most, of a kernel that has no window to be searched for. */
export function searchLags(
  kernel: Kernel,
  readings: Readings,
  widthUs: number,
  [leastUs, mostUs]: readonly [number, number],
  lagStepUs = stepUs,
): Candidate[] {
  const lags = Math.floor((mostUs - leastUs) / lagStepUs) + 1;
  const referenceW = new Float64Array(readings.count);
  const heights = new Float64Array(lags);
  for (let lag = 0; lag < lags; lag++) {
    kernel.fill(readings, leastUs + lag * lagStepUs, widthUs, referenceW);
    const line = fitLine(referenceW, readings.valueW, null);
    if (line.count >= coveredShareMin * readings.count && line.gain > 0) heights[lag] = explained(line);
  }
  return summits(lags, (lag) => heights[lag]!).map(({ lag, height }) => ({
    delayUs: leastUs + lag * lagStepUs,
    widthUs,
    explained: height,
  }));
}

function summits(lags: number, heightAt: (lag: number) => number): { lag: number; height: number }[] {
  const found: { lag: number; height: number }[] = [];
  let [before, here] = [0, heightAt(0)];
  for (let lag = 0; lag < lags; lag++) {
    const after = lag + 1 < lags ? heightAt(lag + 1) : 0;
    if (here > 0 && here >= before && here > after) found.push({ lag, height: here });
    before = here;
    here = after;
  }
  return found.sort((a, b) => b.height - a.height).slice(0, summitsPerWindow);
}
