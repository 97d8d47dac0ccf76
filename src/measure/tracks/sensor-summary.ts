import type { PowerStatistics } from '../energy.js';
import type { Distribution } from '../latencies.js';

/** A sensor that was recorded beside the boards: a track of its own, and in no sum. */
export interface SensorSummary {
  readonly id: string;
  readonly sensor: {
    readonly kind: string;
    readonly product: string | null;
    readonly driver: string | null;
    /** What its power means, where somebody says so. */
    readonly meaning: string | null;
    readonly devices: readonly SensorDeviceSummary[];
    readonly columns: readonly SensorColumnSummary[];
  };
  /** To tell by whether the card that was read is the one that was measured. */
  readonly uuids: readonly string[];
  /** Its CSV beside the summary; null where none was kept. */
  readonly file: string | null;
  /** Readings: rows that hold something. */
  readonly samples: number;
  readonly sample_rate_hz: number | null;
  /** Share of the recording outside of its gaps. */
  readonly coverage: number | null;
  readonly gaps: readonly SensorGapSummary[];
  readonly interval_s: Distribution;
  /** From asking it to its answer; null of one that talks by itself. */
  readonly latency_s: Distribution | null;
  readonly freshness: Freshness;
  /** By column that holds watts. */
  readonly power_w: Readonly<Record<string, PowerStatistics>>;
  /** By column: what a counter counted, or the trapezoid of a power that is read. A part is in its whole already. */
  readonly energy_j: Readonly<Record<string, number | null>>;
  /** Why an energy is null, by column. */
  readonly energy_reasons: Readonly<Record<string, string>>;
  /** Nobody says how far it may be off, so this is null: `powerlog compare` holds it against the board. */
  readonly energy_uncertainty_j: null;
  /** CPU that reading it took, of its own processes. */
  readonly cpu_s: number | null;
}

interface SensorDeviceSummary {
  /** What the names of its columns begin with. */
  readonly prefix: string;
  readonly name: string | null;
  readonly uuid: string | null;
  readonly bus: string | null;
}

interface SensorColumnSummary {
  readonly name: string;
  readonly quantity: string;
  /** The column that it is contained in already. */
  readonly part_of: string | null;
}

interface SensorGapSummary {
  readonly start_s: number;
  readonly end_s: number;
  /** `away`: it gave nothing; `late`: it was not read, or did not answer in time. */
  readonly cause: 'away' | 'late';
}

/** How often a sensor has something new to say. */
export interface Freshness {
  /** Between two true changes of the column that changes most often; null where that cannot be told. */
  readonly update_s: number | null;
  /** Of the readings of that column, how many repeat the one before. */
  readonly repeated_share: number | null;
  /** Why `update_s` is null. */
  readonly reason?: string;
}
