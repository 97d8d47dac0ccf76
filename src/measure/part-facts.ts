import type { Accuracy } from './accuracy/accuracy.js';
import type { PowersAround } from './uncertainty.js';

/** What is known of a recording as a whole when a part of it is looked at. */
export interface PartFacts {
  /** Names of the components, `system` first. */
  readonly components: readonly string[];
  /** Of a power reading, at 95 %. */
  readonly accuracyShare: number;
  /** What readings lack in the mean, by component, mW; absent where nothing. */
  readonly lackingMw?: readonly number[];
  /** Where rails were calibrated: of the components' powers, and behind them of each such rail's. */
  readonly accuracy?: Accuracy;
  /** What a sample shows was so within this of its instant. */
  readonly instantUs: number;
  /** How many spacings a step of the power may lie in: more than 1 where readings stand still for longer than one. */
  readonly stepSpacings: number;
  /** Longer spacings are gaps. */
  readonly gapLimitUs: number;
  /** What lies around each gap, by the instant at which it begins, µs. */
  readonly gaps: ReadonlyMap<number, PowersAround>;
}
