import type { PerComponent } from '../../measure/summary.js';
import { accuracyJ, type Budget, combinedJ, edgesJ } from '../../measure/uncertainty.js';
import type { GroupComponent, GroupResult } from '../../trace/group.js';
import type { Cost, PowerDistribution, PowerRange } from './summaries.js';

const wattsPerMw = 1e-3;
const joulesPerNj = 1e-9;

/** To nanojoules and nanowatts: what lies below is the dust of adding up. */
export const tidy = (figure: number): number => Math.round(figure * 1e9) / 1e9;

/** What turns the raw sums of a group into a summary's figures. */
export interface CostFacts {
  /** In the order of the sums. */
  readonly components: readonly string[];
  /** Of a power reading, at 95 %. */
  readonly accuracyShare: number;
}

/** @param durationUs of the group's stretches together, also where the recording does not reach */
export function costOf<Power extends PowerRange = PowerDistribution>(
  result: GroupResult,
  durationUs: number,
  facts: CostFacts,
): Cost<Power> {
  const { withinUs } = result;
  // A point has the power of its instant, but no energy; what the recording does not reach has neither.
  const known = withinUs > 0 || (durationUs === 0 && Number.isFinite(result.components[0]?.minMw));
  const each = <Value>(figure: (component: GroupComponent) => Value): PerComponent<Value> =>
    perComponent(facts.components, (_, c) => figure(result.components[c]!));
  const part = (take: (budget: Budget) => number) =>
    each((component) => (known ? tidy(take(budgetOf(component, facts.accuracyShare))) : null));
  return {
    duration_s: durationUs / 1e6,
    coverage: coverageOf(result, durationUs, known),
    power_w: each((component) => powerOf(component, known, withinUs) as Power),
    energy_j: each((component) => (known ? tidy(component.energyNj * joulesPerNj) : null)),
    energy_uncertainty_j: part(combinedJ),
    uncertainty: {
      accuracy_share: facts.accuracyShare,
      accuracy_j: part((budget) => budget.accuracyJ),
      gaps_j: part((budget) => budget.gapsJ),
      edges_j: part(edgesJ),
    },
  };
}

function coverageOf({ withinUs, inGapsUs }: GroupResult, durationUs: number, known: boolean): number {
  if (durationUs === 0) return known ? 1 : 0;
  return tidy(Math.min(Math.max((withinUs - inGapsUs) / durationUs, 0), 1));
}

/** One value a component, under its name. */
export const perComponent = <Value>(
  names: readonly string[],
  value: (name: string, index: number) => Value,
): PerComponent<Value> => Object.fromEntries(names.map((name, index) => [name, value(name, index)]));

function budgetOf(
  { energyNj, gapsJ, cutsJ, instantsJ, samplingSquares }: GroupComponent,
  accuracyShare: number,
): Budget {
  return {
    accuracyJ: accuracyJ(energyNj * joulesPerNj, accuracyShare),
    gapsJ,
    cutsJ,
    instantsJ,
    samplingJ: Math.sqrt(samplingSquares),
  };
}

function powerOf(
  { energyNj, minMw, maxMw, histogram }: GroupComponent,
  known: boolean,
  withinUs: number,
): PowerRange | PowerDistribution {
  const watts = (mw: number | null) => (known && mw !== null ? tidy(mw * wattsPerMw) : null);
  const range = {
    mean: watts(withinUs > 0 ? energyNj / withinUs : minMw),
    min: watts(minMw),
    max: watts(maxMw),
  };
  if (!histogram) return range;
  const quantile = (share: number) => watts(histogram.quantile(share));
  return { ...range, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
