import type { PerComponent } from '../../measure/summary.js';
import type { GroupResult } from '../../trace/group.js';
import type { Baseline } from '../runs/experiment.js';
import { type CostFacts, costOf, perComponent, tidy } from './cost.js';
import type { Cost, PowerDistribution, PowerRange } from './summaries.js';

/** What the components draw when idle, and how far that may be off at 95 %. */
export interface IdlePower {
  readonly powerW: PerComponent<number>;
  readonly uncertaintyW: PerComponent<number>;
}

/** As it was measured before the first run; null where nothing was. */
export function measuredIdle(result: GroupResult, facts: CostFacts): IdlePower | null {
  const { power_w, energy_uncertainty_j } = costOf<PowerRange>(result, result.withinUs, facts);
  if (facts.components.some((name) => power_w[name]!.mean === null)) return null;
  const seconds = result.withinUs / 1e6;
  return {
    powerW: perComponent(facts.components, (name) => power_w[name]!.mean!),
    uncertaintyW: perComponent(facts.components, (name) =>
      seconds > 0 ? energy_uncertainty_j[name]! / seconds : power_w[name]!.mean! * facts.accuracyShare,
    ),
  };
}

/** As a file says; null where it does not know all components: their sums would not fit together. */
export function knownIdle(baseline: Baseline, { components, accuracyShare }: CostFacts): IdlePower | null {
  if (baseline.kind !== 'known' || components.some((name) => !Object.hasOwn(baseline.powerW, name)))
    return null;
  return {
    powerW: perComponent(components, (name) => baseline.powerW[name]!),
    uncertaintyW: perComponent(components, (name) => Math.abs(baseline.powerW[name]!) * accuracyShare),
  };
}

/** The keys of a run that say what it cost above idle. The formulas stand in docs/uncertainty.md. */
export function aboveIdle(
  { energy_j, energy_uncertainty_j }: Cost<PowerDistribution>,
  withinUs: number,
  idle: IdlePower | null,
  components: readonly string[],
) {
  const seconds = withinUs / 1e6;
  const each = (figure: (name: string, idle: IdlePower) => number) =>
    perComponent(components, (name) => (energy_j[name] === null || !idle ? null : tidy(figure(name, idle))));
  return {
    baseline_power_w: idle?.powerW ?? null,
    energy_above_idle_j: each((name, { powerW }) => energy_j[name]! - powerW[name]! * seconds),
    energy_above_idle_uncertainty_j: each((name, { uncertaintyW }) =>
      Math.hypot(energy_uncertainty_j[name]!, uncertaintyW[name]! * seconds),
    ),
  };
}
