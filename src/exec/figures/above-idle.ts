import type { PerComponent } from '../../measure/summary.js';
import { figureOrNull } from '../../measure/uncertainty.js';
import { type Cost, perComponent } from '../../trace/cost.js';
import type { SpanCost } from '../../trace/trace.js';
import { tidy } from '../../units.js';

/** What the components draw when idle, and how far that may be off at 95 %. */
export interface IdlePower {
  readonly powerW: PerComponent<number>;
  /** NaN where it is not known. */
  readonly uncertaintyW: PerComponent<number>;
}

/** As it was measured before the first run; null where nothing was. */
export function measuredIdle({ cost, withinUs }: SpanCost): IdlePower | null {
  const { power_w, energy_uncertainty_j } = cost;
  const components = Object.keys(power_w);
  if (withinUs === 0 || components.some((name) => power_w[name]!.mean === null)) return null;
  const seconds = withinUs / 1e6;
  return {
    powerW: perComponent(components, (name) => power_w[name]!.mean!),
    uncertaintyW: perComponent(components, (name) => (energy_uncertainty_j[name] ?? Number.NaN) / seconds),
  };
}

/** As a file says; null where it does not know all components: their sums would not fit together. */
export function knownIdle(
  knownW: PerComponent<number> | null,
  { power_w, uncertainty }: Cost,
): IdlePower | null {
  const components = Object.keys(power_w);
  if (!knownW || components.some((name) => !Object.hasOwn(knownW, name))) return null;
  return {
    powerW: perComponent(components, (name) => knownW[name]!),
    uncertaintyW: perComponent(
      components,
      (name) => Math.abs(knownW[name]!) * (uncertainty.accuracy_share ?? Number.NaN),
    ),
  };
}

/** The keys of a run that say what it cost above idle. The formulas stand in docs/uncertainty.md. */
export function aboveIdle({ cost, withinUs }: SpanCost, idle: IdlePower | null) {
  const { energy_j, energy_uncertainty_j, power_w } = cost;
  const seconds = withinUs / 1e6;
  // Of several boards that were measured for different times there is an energy, but no mean, and no idle energy of that time.
  const each = (figure: (name: string, idle: IdlePower) => number) =>
    perComponent(Object.keys(energy_j), (name) =>
      energy_j[name] === null || power_w[name]!.mean === null || !idle
        ? null
        : figureOrNull(tidy(figure(name, idle))),
    );
  return {
    baseline_power_w: idle?.powerW ?? null,
    energy_above_idle_j: each((name, { powerW }) => energy_j[name]! - powerW[name]! * seconds),
    energy_above_idle_uncertainty_j: each((name, { uncertaintyW }) =>
      Math.hypot(energy_uncertainty_j[name] ?? Number.NaN, uncertaintyW[name]! * seconds),
    ),
  };
}
