import { fitLine } from '../model/line.js';
import { pickReadings, type Readings } from '../model/readings.js';
import { chooseReadings } from '../search/choice.js';
import type { Fit } from '../search/fit.js';
import { descend } from '../search/simplex.js';
import { correlationTime } from '../intervals/correlation-time.js';

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

const segments = 8;
const readingsPerSegment = 300;
const searchSteps = 100;

/** The lag in each eighth of the run, window and line as in the whole. */
export function segmentLags(readings: Readings, fit: Fit, searchUs: number): SegmentLag[] {
  const { timeUs, count } = readings;
  const [startUs, endUs] = [timeUs[0]!, timeUs[count - 1]!];
  const found: SegmentLag[] = [];
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

function lagOf(part: Readings, fit: Fit, searchUs: number): { delayUs: number; deviationUs: number } {
  const { kernel, widthUs, line, scatterW } = fit;
  const referenceW = new Float64Array(part.count);
  const residuals = new Float64Array(part.count);
  const residualAt = (delayUs: number): number => {
    kernel.fill(part, delayUs, widthUs, referenceW);
    let [sum, used] = [0, 0];
    for (let n = 0; n < part.count; n++) {
      const residual = part.valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
      residuals[n] = residual;
      if (residual !== residual) continue;
      sum += residual * residual;
      used++;
    }
    return used < part.count / 2 ? Number.POSITIVE_INFINITY : sum / used;
  };
  // A step of the clock leaves the valley of the whole run's fit: the neighbourhood is looked over first.
  let startUs = fit.delayUs;
  let least = residualAt(startUs);
  for (let step = -searchSteps; step <= searchSteps; step++) {
    const delayUs = fit.delayUs + (step / searchSteps) * searchUs;
    const cost = residualAt(delayUs);
    if (cost < least) [least, startUs] = [cost, delayUs];
  }
  const best = descend((x) => residualAt(x), { x: startUs, y: 0 }, searchUs / searchSteps / 2, 0, 40, 5);
  const stepUs = 1000;
  const [below, above] = [residualAt(best.x - stepUs), residualAt(best.x + stepUs)];
  const bend = (below - 2 * best.cost + above) / stepUs ** 2;
  residualAt(best.x);
  const time = correlationTime(residuals);
  const scatter = Math.max(best.cost, scatterW ** 2);
  const information = (bend * part.count) / (2 * scatter * time);
  // A valley that is no deeper than chance tells nothing.
  const flat = fitLine(referenceW, part.valueW, null);
  const isTelling = information > 0 && flat.referenceVariance * line.gain ** 2 > 4 * scatter / Math.sqrt(part.count);
  return {
    delayUs: best.x,
    deviationUs: isTelling ? Math.sqrt(1 / information) : Number.POSITIVE_INFINITY,
  };
}
