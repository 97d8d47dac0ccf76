import type { BoardIdentity, Warning } from '../block.js';
import type { PowerStatistics } from './energy.js';
import type { GapCause } from './gaps.js';
import type { RailMap } from './rail-map.js';

/*
 * What `run.summary.json` holds. Seconds, joules, watts; null for what is not known, never 0. Keys are the file's own.
 */

export const summarySchema = 'powerlog.summary/1';

/** One value a component: `system` first, then the map's. */
export type PerComponent<Value> = Readonly<Record<string, Value>>;

export interface Distribution {
  readonly median: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface ToolFacts {
  readonly name: string;
  readonly version: string;
}

/** Where it ran: hostname, platform, arch, CPU model, kernel and such. */
export type HostFacts = Readonly<Record<string, string | number | null>>;

export interface BoardSummary {
  readonly product: string;
  readonly product_id: number;
  readonly uid: string | null;
  readonly name: string | null;
  readonly firmware: number | null;
  readonly port: string;
}

export interface GapSummary {
  readonly start_s: number;
  readonly end_s: number;
  readonly cause: GapCause;
}

export interface RailSummary {
  readonly power_w: PowerStatistics;
  readonly energy_j: number | null;
}

/** The parts of `energy_uncertainty_j`, whose squares add up to its square. */
export interface UncertaintySummary {
  /** Of a power reading, as a share: what `--accuracy` said, or the board's nominal one. */
  readonly accuracy_share: number;
  readonly accuracy_j: PerComponent<number | null>;
  readonly gaps_j: PerComponent<number | null>;
  /** Where the power steps: at the ends of the energy, and where it did within the spacings. */
  readonly edges_j: PerComponent<number | null>;
}

/** What a recording measured. */
export interface Measured {
  readonly board: BoardSummary;
  readonly map: RailMap;
  readonly start_unix_s: number | null;
  readonly duration_s: number | null;
  readonly samples: number;
  readonly sample_rate_hz: number | null;
  readonly coverage: number | null;
  readonly gaps: readonly GapSummary[];
  readonly interval_s: Distribution;
  /** Null where the instants come from a nominal rate. */
  readonly latency_s: Distribution | null;
  readonly power_w: PerComponent<PowerStatistics>;
  readonly energy_j: PerComponent<number | null>;
  readonly energy_uncertainty_j: PerComponent<number | null>;
  readonly uncertainty: UncertaintySummary;
  readonly rails: Readonly<Record<string, RailSummary>>;
  readonly warnings: readonly Warning[];
}

/** The file. `exec` adds `command`, `phases` and `runs`, whose shapes are its own. */
export interface Summary extends Measured {
  readonly schema: typeof summarySchema;
  readonly tool: ToolFacts;
  readonly host: HostFacts;
  readonly command?: unknown;
  readonly phases?: unknown;
  readonly runs?: unknown;
}

export interface SummaryFacts {
  readonly tool: ToolFacts;
  readonly host: HostFacts;
  /** What the source found doubtful; goes before the measurement's own. */
  readonly warnings?: readonly Warning[];
}

/** Puts a measurement into the file's shape and order. */
export function buildSummary(measured: Measured, { tool, host, warnings = [] }: SummaryFacts): Summary {
  return {
    schema: summarySchema,
    tool: { name: tool.name, version: tool.version },
    host,
    ...measured,
    warnings: [...warnings, ...measured.warnings],
  };
}

export const boardSummary = (board: BoardIdentity): BoardSummary => ({
  product: board.product,
  product_id: board.productId,
  uid: board.uid,
  name: board.name,
  firmware: board.firmware,
  port: board.port,
});
