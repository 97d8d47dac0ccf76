import type { PageRun } from '../../draw/page-data.js';
import {
  accuracyJ,
  boundJ,
  calibratedAccuracyJ,
  combinedJ,
  type Holding,
  holdingOf,
  instantsJ,
} from '../uncertainty.js';
import type { MeasurablePowers, Stretch } from './powers.js';

const wattsPerMw = 1e-3;
const mwUsPerJ = 1e9;
/** As far as a gap's bounds look around it, µs. */
const neighbourhoodUs = 1e6;

/** What a stretch of a recording cost, as far as a page can tell; NaN for what is not known. */
export interface StretchFigures {
  /** By series; J, and how far it may be off at 95 %. */
  readonly energyJ: Float64Array;
  readonly uncertaintyJ: Float64Array;
  /** W, time-weighted; extremes as the data know them. */
  readonly meanW: Float64Array;
  readonly minW: Float64Array;
  readonly maxW: Float64Array;
}

/** Figures of so many series, of which nothing is known. */
export function unknownFigures(series: number): StretchFigures {
  const none = () => new Float64Array(series).fill(Number.NaN);
  return { energyJ: none(), uncertaintyJ: none(), meanW: none(), minW: none(), maxW: none() };
}

/** What a sample shows was so within this of its instant, µs: half a round trip, of which the median is taken, and a reading's age. */
export function instantUsOf(run: PageRun): number {
  const { latency_s: latency } = run.summary as { latency_s?: Median };
  return ((latency?.median ?? 0) * 1e6) / 2 + holdingIn(run).ageUs;
}

type Median = { readonly median?: number | null } | null;

function holdingIn({ summary }: PageRun): Holding {
  const { freshness, interval_s: interval } = summary as {
    freshness?: { readonly update_s?: number | null } | null;
    interval_s?: Median;
  };
  return holdingOf(freshness?.update_s ?? null, (interval?.median ?? 0) * 1e6);
}

/**
 * What a stretch of a run cost. The uncertainty is made as docs/uncertainty.md says, of what the page knows: accuracy, gaps, and at the
 * ends the instants, the sampling and what the data leave open where an end cuts a spacing or an interval.
 * Of means nobody knows that, nor the extremes; their energy is that of the time that was measured.
 * @param powers by series, all of them
 */
export function figuresOf(
  run: PageRun,
  powers: readonly MeasurablePowers[],
  wantedFromUs: number,
  wantedToUs: number,
): StretchFigures {
  const [fromUs, toUs] = [Math.max(wantedFromUs, run.startUs), Math.min(wantedToUs, run.endUs)];
  const figures = unknownFigures(run.series.length);
  if (fromUs > toUs) return figures;
  if (run.meansUs !== undefined) return figuresOfMeans(run, powers, fromUs, toUs);
  powers.forEach((power, n) => {
    const stretch = power.stretch(fromUs, toUs);
    figures.energyJ[n] = stretch.energyJ;
    figures.meanW[n] =
      toUs > fromUs
        ? (stretch.energyJ * mwUsPerJ * wattsPerMw) / (toUs - fromUs)
        : stretch.minMw * wattsPerMw;
    figures.minW[n] = stretch.minMw * wattsPerMw;
    figures.maxW[n] = stretch.maxMw * wattsPerMw;
    const ownJ = accuracyOf(run, powers, n, stretch.energyJ, fromUs, toUs);
    figures.uncertaintyJ[n] = uncertaintyJ(run, n, power, stretch, ownJ, fromUs, toUs);
  });
  return figures;
}

function figuresOfMeans(
  run: PageRun,
  powers: readonly MeasurablePowers[],
  fromUs: number,
  toUs: number,
): StretchFigures {
  const figures = unknownFigures(run.series.length);
  const measuredUs = run.gaps.reduce(
    (us, gap) => us - Math.max(Math.min(gap.endUs, toUs) - Math.max(gap.startUs, fromUs), 0),
    toUs - fromUs,
  );
  if (measuredUs <= 0) return figures;
  powers.forEach((power, n) => {
    const energyJ = power.energyUpToJ(toUs) - power.energyUpToJ(fromUs);
    figures.energyJ[n] = energyJ;
    figures.meanW[n] = (energyJ * mwUsPerJ * wattsPerMw) / measuredUs;
  });
  return figures;
}

/** The accuracy's part of a series' energy. */
function accuracyOf(
  { series, summary }: PageRun,
  powers: readonly MeasurablePowers[],
  n: number,
  energyJ: number,
  fromUs: number,
  toUs: number,
): number {
  const share = summary.uncertainty.accuracy_share ?? Number.NaN;
  const { calibrated } = series[n]!;
  if (!calibrated) return accuracyJ(energyJ, share);
  const energyOf = (column: number): number => powers[column]!.stretch(fromUs, toUs).energyJ;
  return calibratedAccuracyJ(energyJ, calibrated, energyOf, (toUs - fromUs) / 1e6, share);
}

function uncertaintyJ(
  run: PageRun,
  n: number,
  power: MeasurablePowers,
  stretch: Stretch,
  ownJ: number,
  fromUs: number,
  toUs: number,
): number {
  const instantUs = instantUsOf(run);
  return combinedJ({
    accuracyJ: ownJ,
    gapsJ: gapsJ(run, n, power, fromUs, toUs),
    cutsJ: stretch.cutsJ,
    instantsJ: instantsJ(
      { ...stretch.start, uncertaintyUs: 0 },
      { ...stretch.end, uncertaintyUs: 0 },
      instantUs,
    ),
    samplingJ:
      stretch.samplingJ === null ? run.series[n]!.samplingJ : stretch.samplingJ * holdingIn(run).stepSpacings,
  });
}

/** Of a gap that the stretch only touches, its part counts. */
function gapsJ(run: PageRun, n: number, power: MeasurablePowers, fromUs: number, toUs: number): number {
  let sum = 0;
  for (const { startUs, endUs, uncertaintyJ: known } of run.gaps) {
    const [partStartUs, partEndUs] = [Math.max(startUs, fromUs), Math.min(endUs, toUs)];
    if (partStartUs >= partEndUs) continue;
    const stated = known[run.series[n]!.name];
    if (stated !== undefined) sum += (stated * (partEndUs - partStartUs)) / (endUs - startUs);
    else {
      const before = power.extremes(startUs - neighbourhoodUs, startUs);
      const behind = power.extremes(endUs, endUs + neighbourhoodUs);
      const energyNj = (power.energyUpToJ(partEndUs) - power.energyUpToJ(partStartUs)) * mwUsPerJ;
      const low = Math.min(before.minMw, behind.minMw);
      const high = Math.max(before.maxMw, behind.maxMw);
      sum += boundJ(energyNj, partEndUs - partStartUs, low, high);
    }
  }
  return sum;
}
