import type { PerComponent } from '../../measure/summary.js';
import type { EndedStatus } from '../../stream/command-event.js';
import type { Cost, PowerDistribution } from '../../trace/cost.js';

/*
 * What `exec` adds to `run.summary.json`. Seconds, joules, watts; null for what is not known.
 */

/** Unended: the recording was cut off before the run had ended, so that how it did is not known. */
export type RunStatus = EndedStatus | 'unended';

/** Joules of sensors beside the board, by sensor and column: of a counter or a trapezoid; null where too few readings fell into it. */
export type SensorEnergies = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** How one run of a command went. */
export interface RunSummary extends Cost<PowerDistribution> {
  /** From 1, among the command's runs, or among its warm-ups. */
  readonly number: number;
  readonly status: RunStatus;
  /** Of a warm-up, which is only listed where it did not go well. */
  readonly warmup?: true;
  /** Of a run of which too much was not measured for it to be in a mean. */
  readonly partly_measured?: true;
  /** Null where a signal ended it, and where it could not be run. */
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly pid: number | null;
  readonly start_s: number;
  readonly end_s: number;
  /** What the components drew before, or what `--baseline FILE` says; null where it is not known. */
  readonly baseline_power_w: PerComponent<number> | null;
  readonly energy_above_idle_j: PerComponent<number | null>;
  readonly energy_above_idle_uncertainty_j: PerComponent<number | null>;
  /** Absent where no sensor was recorded. */
  readonly sensor_energy_j?: SensorEnergies;
}

/** `command` in the summary: the last run. */
export interface CommandSummary extends RunSummary {
  readonly argv: readonly string[];
}

export interface PhaseSummary extends Cost {
  readonly name: string;
  readonly times: number;
  /** Absent where no mark gave one. */
  readonly count?: number;
  /** How many of the times no mark ended. */
  readonly unended?: number;
  readonly spans: readonly { readonly start_s: number; readonly end_s: number }[];
  /** Absent without a count, and for a name that only marks instants. */
  readonly energy_per_count_j?: PerComponent<number | null>;
  /** Absent where no sensor was recorded. */
  readonly sensor_energy_j?: SensorEnergies;
}

export interface RepeatedSummary {
  readonly mean: number;
  readonly stddev: number | null;
  /** 95 % interval of the mean; null for one run. */
  readonly interval95: readonly [number, number] | null;
}

/** One entry of `runs`: a command's repeated runs. */
export interface RepeatedRuns {
  readonly argv: readonly string[];
  /** All that took place, and the warm-ups that did not go well. */
  readonly runs: readonly RunSummary[];
  /** How many of them went well and were measured, and so are in the figures below. */
  readonly counted: number;
  /** Runs before those, which do not count. */
  readonly warmups: number;
  /** Null where no run counts, as are the others. */
  readonly duration_s: RepeatedSummary | null;
  /** Mean powers. */
  readonly power_w: PerComponent<RepeatedSummary | null>;
  readonly energy_j: PerComponent<RepeatedSummary | null>;
  /** Where several commands were compared; of one command they stand beside `runs`. */
  readonly phases?: readonly PhaseSummary[];
}
