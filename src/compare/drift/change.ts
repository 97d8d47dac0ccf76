import type { SegmentLag } from './segments.js';

/** Between two instants of B's axis, µs, the lag becomes another one. */
export interface LagStep {
  readonly fromUs: number;
  readonly toUs: number;
  readonly beforeUs: number;
  readonly behindUs: number;
}

/** How the lag behaves over the run. */
export interface LagChange {
  /** µs of lag for each µs of run, and the half-width of its 95 % interval; null with too few parts that tell. */
  readonly drift: { readonly slope: number; readonly error: number } | null;
  /** Null where it does not step. */
  readonly step: LagStep | null;
  /** From the least to the largest lag of the run that is no chance, µs; 0 where it stays. */
  readonly rangeUs: number;
}

/** How much better, in chi-square, a lag that changes has to explain the parts. */
const convincing = 30;
/** Parts are known no better than this, µs: what a window or a kernel that is a little wrong does to them. */
const floorUs = 400;

export function lagChange(lags: readonly SegmentLag[]): LagChange {
  const telling = lags.filter(({ deviationUs }) => deviationUs < 1e6);
  if (telling.length < 3) return { drift: null, step: null, rangeUs: 0 };
  const weights = telling.map(({ deviationUs }) => 1 / (deviationUs ** 2 + floorUs ** 2));
  const all = { telling, weights };
  const constant = misfit(
    all,
    meanOf(all, () => true),
  );
  const { slope, deviation, line } = lineThrough(all);
  const straight = misfit(all, line);
  // Parts that scatter more than they say widen the interval.
  const excess = Math.sqrt(Math.max(1, straight / Math.max(1, telling.length - 2)));
  const drift = { slope, error: 2.4 * deviation * excess };
  const step = bestStep(all);
  const runUs = telling[telling.length - 1]!.toUs - telling[0]!.fromUs;
  const isStep = step !== null && constant - step.misfit > convincing && step.misfit < 0.5 * straight;
  if (isStep) return { drift, step, rangeUs: Math.abs(step.behindUs - step.beforeUs) };
  const isDrift = constant - straight > convincing && Math.abs(slope) > 2 * (drift.error / 2.4);
  return { drift, step: null, rangeUs: isDrift ? Math.abs(slope) * runUs : 0 };
}

interface Weighted {
  readonly telling: readonly SegmentLag[];
  readonly weights: readonly number[];
}

function misfit({ telling, weights }: Weighted, expected: (atUs: number) => number): number {
  return telling.reduce(
    (sum, { atUs, delayUs }, n) => sum + weights[n]! * (delayUs - expected(atUs)) ** 2,
    0,
  );
}

function meanOf({ telling, weights }: Weighted, isIn: (atUs: number) => boolean): () => number {
  let [weight, sum] = [0, 0];
  telling.forEach(({ atUs, delayUs }, n) => {
    if (!isIn(atUs)) return;
    weight += weights[n]!;
    sum += weights[n]! * delayUs;
  });
  const mean = sum / weight;
  return () => mean;
}

function lineThrough({ telling, weights }: Weighted) {
  const weight = weights.reduce((sum, each) => sum + each, 0);
  const meanUs = telling.reduce((sum, { atUs }, n) => sum + weights[n]! * atUs, 0) / weight;
  const meanDelayUs = telling.reduce((sum, { delayUs }, n) => sum + weights[n]! * delayUs, 0) / weight;
  let [squares, products] = [0, 0];
  telling.forEach(({ atUs, delayUs }, n) => {
    squares += weights[n]! * (atUs - meanUs) ** 2;
    products += weights[n]! * (atUs - meanUs) * (delayUs - meanDelayUs);
  });
  const slope = squares > 0 ? products / squares : 0;
  return {
    slope,
    deviation: squares > 0 ? 1 / Math.sqrt(squares) : Number.POSITIVE_INFINITY,
    line: (atUs: number) => meanDelayUs + slope * (atUs - meanUs),
  };
}

/** The one place to part the run at which two constant lags fit best; the part in which the step lies may have any. */
function bestStep(all: Weighted): (LagStep & { readonly misfit: number }) | null {
  let best: (LagStep & { readonly misfit: number }) | null = null;
  const { telling } = all;
  for (let n = 2; n < telling.length - 2; n++) {
    const { atUs, fromUs, toUs } = telling[n]!;
    const beforeUs = meanOf(all, (us) => us < atUs)();
    const behindUs = meanOf(all, (us) => us > atUs)();
    const straddled = telling[n]!.delayUs;
    const left = misfit(all, (us) => (us < atUs ? beforeUs : us > atUs ? behindUs : straddled));
    if (!best || left < best.misfit) best = { fromUs, toUs, beforeUs, behindUs, misfit: left };
  }
  return best;
}
