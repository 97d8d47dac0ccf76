import type { PerComponent } from '../../measure/summary.js';
import type { Cost } from '../../trace/cost.js';

/** Rails are evaluated beside the components under names that no component has: those have no space. */
export const asRail = (name: string): string => `rail ${name}`;

/** A cost of some of the powers that it was evaluated for. */
export function costOfOnly<Whole extends Cost>(cost: Whole, names: readonly string[]): Whole {
  const own = <Value>(figures: PerComponent<Value>): PerComponent<Value> =>
    Object.fromEntries(names.map((name) => [name, figures[name]!]));
  const { accuracy_share, accuracy_j, gaps_j, edges_j } = cost.uncertainty;
  return {
    ...cost,
    power_w: own(cost.power_w),
    energy_j: own(cost.energy_j),
    energy_uncertainty_j: own(cost.energy_uncertainty_j),
    uncertainty: {
      accuracy_share,
      accuracy_j: own(accuracy_j),
      gaps_j: own(gaps_j),
      edges_j: own(edges_j),
    },
  };
}
