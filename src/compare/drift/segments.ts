import { correlationTime } from '../intervals/correlation-time.js';
import { fitLine } from '../model/line.js';
import { pickReadings, type Readings } from '../model/readings.js';
import { chooseReadings } from '../search/choice.js';
import type { Fit } from '../search/fit.js';
import { descend } from '../search/simplex.js';

/** The lag of a part of the run, by itself. */
export interface SegmentLag {
  /** Middle of the part, µs on B's axis. */
  readonly atUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly delayUs: number;
  /** Standard deviation, µs; infinite where the part tells nothing. */
  readonly deviationUs: number;
}

/** With what led to it. */
export interface FittedSegment extends SegmentLag {
  /** How much worse than that each lag of the neighbourhood fits, in chi-square; the neighbourhood is the same for all parts. */
  readonly misfits: Float64Array;
  readonly lagsUs: Float64Array;
}

const segments = 8;
const readingsPerSegment = 300;
const searchSteps = 100;
/** Lags that fit worse by less than this, in chi-square, are possible ones. */
const possibleRise = 25;
/** What the load's changes within a part have to explain of its readings, in chi-square. */
const tellingRise = 150;
const fewReadings = 30;

/** The lag in each eighth of the run, window and line as in the whole. */
export function segmentLags(readings: Readings, fit: Fit, searchUs: number): FittedSegment[] {
  const { timeUs, count } = readings;
  const [startUs, endUs] = [timeUs[0]!, timeUs[count - 1]!];
  const found: FittedSegment[] = [];
  for (let segment = 0, first = 0; segment < segments; segment++) {
    const toUs = startUs + ((endUs - startUs) * (segment + 1)) / segments;
    let behind = first;
    while (behind < count && (timeUs[behind]! < toUs || segment === segments - 1)) behind++;
    const fromUs = startUs + ((endUs - startUs) * segment) / segments;
    const indices = Array.from({ length: behind - first }, (_, n) => first + n).filter(
      (n) => fit.weights[n]! > 0,
    );
    first = behind;
    if (indices.length < 10) continue;
    const part = chooseReadings(pickReadings(readings, indices), readingsPerSegment, segment);
    found.push({ fromUs, toUs, atUs: (fromUs + toUs) / 2, ...lagOf(part, fit, searchUs) });
  }
  return found;
}

function lagOf(part: Readings, fit: Fit, searchUs: number): Omit<FittedSegment, 'atUs' | 'fromUs' | 'toUs'> {
  const { kernel, widthUs, line, scatterW } = fit;
  const referenceW = new Float64Array(part.count);
  const residuals = new Float64Array(part.count);
  const residualAt = (delayUs: number): number => {
    kernel.fill(part, delayUs, widthUs, referenceW);
    let [sum, used] = [0, 0];
    for (let n = 0; n < part.count; n++) {
      const residual = part.valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
      residuals[n] = residual;
      if (Number.isNaN(residual)) continue;
      sum += residual * residual;
      used++;
    }
    return used < part.count / 2 ? Number.POSITIVE_INFINITY : sum / used;
  };
  // A step of the clock leaves the valley of the whole run's fit: the neighbourhood is looked over first.
  const stepUs = searchUs / searchSteps;
  const lagsUs = Float64Array.from(
    { length: 2 * searchSteps + 1 },
    (_, n) => fit.delayUs + (n - searchSteps) * stepUs,
  );
  const costs = lagsUs.map(residualAt);
  const startUs = lagsUs[costs.indexOf(Math.min(...costs))]!;
  const best = descend((x) => residualAt(x), { x: startUs, y: 0 }, stepUs / 2, 0, 40, 5);
  residualAt(best.x);
  const scale = part.count / (2 * Math.max(best.cost, scatterW ** 2) * correlationTime(residuals));
  const bendUs = 1000;
  const bend = (residualAt(best.x - bendUs) - 2 * best.cost + residualAt(best.x + bendUs)) / bendUs ** 2;
  const information = bend * scale;
  // All lags of the neighbourhood that chance does not exclude: a part without an edge excludes none.
  const misfits = costs.map((cost) => (cost - best.cost) * 2 * scale);
  const possible = misfits.filter((misfit) => misfit < possibleRise).length;
  const deviationUs = Math.max(
    information > 0 ? Math.sqrt(1 / information) : Number.POSITIVE_INFINITY,
    ((possible - 1) * stepUs) / 4,
  );
  // Of a few readings neither scatter nor correlation is known well.
  const level = fitLine(new Float64Array(part.count), part.valueW, null).readingVariance;
  const isTelling = (level - best.cost) * 2 * scale > tellingRise && possible < costs.length / 4;
  const few = 1 + fewReadings / part.count;
  return {
    delayUs: best.x,
    deviationUs: isTelling ? deviationUs * few : Number.POSITIVE_INFINITY,
    ...{ misfits, lagsUs },
  };
}
