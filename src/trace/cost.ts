import { columnAccuracyJ } from '../measure/accuracy/accuracy.js';
import type { PartFacts } from '../measure/part-facts.js';
import type { PerComponent, UncertaintySummary } from '../measure/summary.js';
import { type Budget, combinedJ, figureOrNull, lackingJ, stepsJ } from '../measure/uncertainty.js';
import { tidy } from '../units.js';
import type { ComponentSums, SpanSums } from './span-sums.js';

export interface PowerRange {
  /** Time-weighted; of instants alone, of the powers at them. */
  readonly mean: number | null;
  /** Between the samples' and the interpolated ends'. */
  readonly min: number | null;
  readonly max: number | null;
}

export interface PowerDistribution extends PowerRange {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** What spans of a recording cost, in the words of a summary: seconds, joules, watts; null for what is not known. */
export interface Cost<Power extends PowerRange = PowerRange> {
  readonly duration_s: number;
  /** Share of the duration that lies within the recording and outside of its gaps. */
  readonly coverage: number;
  readonly power_w: PerComponent<Power>;
  /** Of what lies within the recording; null where nothing does. */
  readonly energy_j: PerComponent<number | null>;
  readonly energy_uncertainty_j: PerComponent<number | null>;
  readonly uncertainty: UncertaintySummary;
}

const wattsPerMw = 1e-3;
const joulesPerNj = 1e-9;

/** @param durationUs of the spans together, also where the recording does not reach */
export function costOf(sums: SpanSums, durationUs: number, facts: PartFacts): Cost {
  const { withinUs } = sums;
  // A point has the power of its instant, but no energy; what the recording does not reach has neither.
  const known = withinUs > 0 || (durationUs === 0 && Number.isFinite(sums.components[0]?.minMw));
  const each = <Value>(figure: (component: ComponentSums, c: number) => Value): PerComponent<Value> =>
    perComponent(facts.components, (_, c) => figure(sums.components[c]!, c));
  const energyJ = (column: number): number => sums.components[column]!.energyNj * joulesPerNj;
  const accuracyJ = (column: number): number =>
    columnAccuracyJ(facts.accuracy, column, energyJ, withinUs / 1e6, facts.accuracyShare) +
    lackingJ(facts.lackingMw?.[column], withinUs);
  const part = (take: (budget: Budget) => number) =>
    each((component, c) =>
      known ? figureOrNull(tidy(take(budgetOf(component, accuracyJ(c), facts)))) : null,
    );
  return {
    duration_s: durationUs / 1e6,
    coverage: coverageOf(sums, durationUs, known),
    power_w: each((component) => powerOf(component, known, sums)),
    energy_j: each((component) => (known ? tidy(component.energyNj * joulesPerNj) : null)),
    energy_uncertainty_j: part(combinedJ),
    uncertainty: {
      accuracy_share: figureOrNull(facts.accuracyShare),
      accuracy_j: part((budget) => budget.accuracyJ),
      gaps_j: part((budget) => budget.gapsJ),
      edges_j: part(stepsJ),
    },
  };
}

function coverageOf({ withinUs, inGapsUs }: SpanSums, durationUs: number, known: boolean): number {
  if (durationUs === 0) return known ? 1 : 0;
  return tidy(Math.min(Math.max((withinUs - inGapsUs) / durationUs, 0), 1));
}

/** One value a component, under its name. */
export const perComponent = <Value>(
  names: readonly string[],
  value: (name: string, index: number) => Value,
): PerComponent<Value> => Object.fromEntries(names.map((name, index) => [name, value(name, index)]));

function budgetOf(
  { gapsJ, cutsJ, instantsJ, samplingSquares }: ComponentSums,
  accuracyJ: number,
  { stepSpacings }: PartFacts,
): Budget {
  return {
    accuracyJ,
    gapsJ,
    cutsJ,
    instantsJ,
    samplingJ: stepSpacings * Math.sqrt(samplingSquares),
  };
}

function powerOf(
  { energyNj, instantsMw, minMw, maxMw, quantilesMw }: ComponentSums,
  known: boolean,
  { instants, withinUs }: SpanSums,
): PowerRange | PowerDistribution {
  const watts = (mw: number | null) => (known && mw !== null ? tidy(mw * wattsPerMw) : null);
  const range = {
    mean: watts(withinUs > 0 ? energyNj / withinUs : instantsMw / instants),
    min: watts(minMw),
    max: watts(maxMw),
  };
  if (!quantilesMw) return range;
  return { ...range, p50: watts(quantilesMw.p50), p95: watts(quantilesMw.p95), p99: watts(quantilesMw.p99) };
}
