import type { Envelopes } from '../draw/envelope.js';
import type { PageRun } from '../draw/page-data.js';
import type { ServedMeasure } from '../draw/served.js';
import type { StretchFigures } from '../measure/stretch/figures.js';
import { figuresOf } from '../measure/stretch/figures.js';
import { IntervalPowers } from '../measure/stretch/interval-powers.js';
import type { SpanGroup } from '../trace/span.js';
import { exactSpan } from '../trace/span.js';
import type { SpanCost } from '../trace/trace.js';

/** Series by their places: names of components and rails may be the same. */
export const placeNames = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

export const spanOf = (fromUs: number, toUs: number): SpanGroup => ({
  spans: [exactSpan(Math.round(fromUs * 1000), Math.round(toUs * 1000))],
  distribution: false,
});

/** Of a trace over all series by their places. */
export function measureOf({ cost }: SpanCost, series: number): ServedMeasure {
  const each = <Value>(of: (name: string) => Value): Value[] => placeNames(series).map(of);
  return {
    energyJ: each((name) => cost.energy_j[name]!),
    uncertaintyJ: each((name) => cost.energy_uncertainty_j[name]!),
    meanW: each((name) => cost.power_w[name]!.mean),
    minW: each((name) => cost.power_w[name]!.min),
    maxW: each((name) => cost.power_w[name]!.max),
    intervalUs: null,
  };
}

/** As the page itself tells it of intervals. */
export function measureOfIntervals(
  run: PageRun,
  { grid, series }: Envelopes,
  fromUs: number,
  toUs: number,
): ServedMeasure {
  const reach = { startUs: run.startUs, endUs: run.endUs };
  const powers = series.map((envelope) => new IntervalPowers(grid, envelope, reach));
  return measureFrom(figuresOf(run, powers, fromUs, toUs), grid.intervalUs);
}

/** @param intervalUs to which the figures are known */
export function measureFrom(figures: StretchFigures, intervalUs: number): ServedMeasure {
  const known = (each: Float64Array): (number | null)[] =>
    Array.from(each, (figure) => (Number.isFinite(figure) ? figure : null));
  return {
    energyJ: known(figures.energyJ),
    uncertaintyJ: known(figures.uncertaintyJ),
    meanW: known(figures.meanW),
    minW: known(figures.minW),
    maxW: known(figures.maxW),
    intervalUs,
  };
}

/** Of what is not known yet. */
export function unknownMeasure(series: number): ServedMeasure {
  const unknown = Array.from({ length: series }, () => null);
  return {
    energyJ: unknown,
    uncertaintyJ: unknown,
    meanW: unknown,
    minW: unknown,
    maxW: unknown,
    intervalUs: null,
  };
}
