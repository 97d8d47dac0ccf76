import type { Analysis, Fitted } from '../analysis.js';
import type { ComparedSpan, Estimate, FigureKey } from '../comparison.js';
import { type Cells, cellsOf } from '../energy/cells.js';
import { blocks, type Deviation, deviationOf, rootOfBlocks } from '../energy/deviation.js';
import { unknown, within } from '../estimate.js';
import { coverage95 } from '../intervals/intervals.js';
import { fitLine, type Line } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';

type Powers = Partial<Record<FigureKey, Estimate>>;

const nothingShared = 'the two share no time here';

/** Both curves as they were drawn. */
export const rawDeviation = (
  reference: PowerIntegral,
  { valueW }: Readings,
  cells: Cells,
  parts?: readonly ComparedSpan[],
): Estimate => told(deviationOf(reference, cells, valueW, 0, parts));

/** Correlation and what is left, as the curves are drawn, with the lateness taken off, and with the whole model. */
export function powerFigures(
  analysis: Analysis,
  fitted: Fitted,
  shiftUs: number,
  parts?: readonly ComparedSpan[],
): Powers {
  const { reference, usualUs } = analysis;
  const { raw, readings, fit, intervals } = fitted;
  const drawn = cellsOf(raw, usualUs);
  const moved = cellsOf(readings, usualUs);
  const isIn = (n: number) => {
    const us = readings.timeUs[n]! - fit.delayUs;
    return !parts || parts.some(({ startUs, endUs }) => us >= startUs && us <= endUs);
  };
  return {
    correlation: correlation(fit.referenceW, readings, isIn, intervals.covariance?.correlationTime ?? 1),
    rmse_raw_w: rawDeviation(reference, raw, drawn, parts),
    rmse_shifted_w: told(deviationOf(reference, moved, readings.valueW, shiftUs, parts)),
    rmse_aligned_w: told(aligned(fit.referenceW, readings, fit.line, isIn)),
  };
}

const told = (deviation: Deviation | null): Estimate =>
  deviation ? within(deviation.rmsW, deviation.errorW) : unknown(nothingShared);

function aligned(
  referenceW: Float64Array,
  { valueW, count }: Readings,
  { gain, offsetW }: Line,
  isIn: (n: number) => boolean,
): Deviation | null {
  const squares = new Float64Array(blocks);
  const weights = new Float64Array(blocks);
  for (let n = 0; n < count; n++) {
    const residual = valueW[n]! - gain * referenceW[n]! - offsetW;
    if (Number.isNaN(residual) || !isIn(n)) continue;
    const block = Math.floor((n * blocks) / count);
    squares[block]! += residual * residual;
    weights[block]!++;
  }
  return rootOfBlocks(squares, weights);
}

/** Of each reading with what the reference says of its window; its interval by Fisher's transformation. */
function correlation(
  referenceW: Float64Array,
  { valueW }: Readings,
  isIn: (n: number) => boolean,
  correlationTime: number,
): Estimate {
  const used = referenceW.map((watts, n) => (isIn(n) ? watts : Number.NaN));
  const { gain, referenceVariance, readingVariance, count } = fitLine(used, valueW, null);
  if (count < 3 || !(referenceVariance > 0 && readingVariance > 0))
    return unknown('one of the two does not change here');
  const r = Math.max(-1, Math.min(1, gain * Math.sqrt(referenceVariance / readingVariance)));
  const independent = count / correlationTime;
  if (independent <= 4)
    return { value: r, interval: null, reason: 'too few readings to say how far it may be off' };
  const reach = coverage95 / Math.sqrt(independent - 3);
  const z = Math.atanh(Math.max(-0.9999999999, Math.min(0.9999999999, r)));
  const interval = [Math.min(r, Math.tanh(z - reach)), Math.max(r, Math.tanh(z + reach))] as const;
  return { value: r, interval, reason: null };
}
