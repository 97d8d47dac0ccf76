import type { BoardIdentity } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import type { AppliedCalibration } from './accuracy/applied.js';
import type { PowerStatistics } from './energy.js';
import type { BoardFreshness } from './freshness/board-freshness.js';
import type { GapCause } from './gaps.js';
import type { Distribution } from './latencies.js';
import type { RailMap } from './rail-map.js';
import type { SensorSummary } from './tracks/sensor-summary.js';
import type { WireLimits } from './wires/limits.js';

/*
 * What `run.summary.json` holds. Seconds, joules, watts; null for what is not known, never 0. Keys are the file's own.
 */

export const summarySchema = 'powerlog.summary/1';

/** One value a component: `system` first, then the map's. */
export type PerComponent<Value> = Readonly<Record<string, Value>>;

interface ToolFacts {
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
  /** What the board applied to its readings; null where it gave none. */
  readonly calibration: CalibrationSummary | null;
  /** Over which time each reading is a mean, s; null where the board did not tell, absent where nothing is published of it. */
  readonly averaging_s?: number | null;
}

/** In the board's own integers: offsets in raw units of its converter, gains in 1/4096 above 1. */
export interface CalibrationSummary {
  readonly crc: number;
  /** Of the reply as it came: two recordings with the same were calibrated alike. */
  readonly sha256: string;
  readonly rails: Readonly<Record<string, RailCalibration>>;
}

interface RailCalibration {
  readonly voltage_offset: number;
  readonly voltage_gain: number;
  readonly current_offset: number;
  readonly current_gain: number;
}

export interface GapSummary {
  /** Whose it is, where there are several. */
  readonly track?: string;
  readonly start_s: number;
  readonly end_s: number;
  /** `ended`: one of several tracks was over before the recording. */
  readonly cause: GapCause | 'ended';
}

export interface RailSummary {
  readonly power_w: PowerStatistics;
  readonly energy_j: number | null;
  /** Where the wires of its connector are measured: their sum, to hold against the rail's own reading. */
  readonly wires?: WiresSum;
}

/** Time-weighted means, amperes and watts. */
export interface WiresSum {
  readonly current_a: { readonly mean: number | null };
  readonly power_w: { readonly mean: number | null };
}

/** A single wire of a connector: a part of its rail, and in no sum. */
export interface WireSummary {
  readonly name: string;
  readonly rail: string;
  readonly current_a: MeanMax;
  readonly power_w: MeanMax;
  /** Of the mean current that the connector reads; null where that is not above 0. */
  readonly share: number | null;
  /** The highest, a mean over a tenth of a second; null where the connector never carried enough for shares to be judged. */
  readonly share_max: number | null;
  /** Limits that it was over; empty where it never was. */
  readonly alarms: readonly WireAlarmsSummary[];
}

/** How often, how long and how far a wire was over a limit. */
export interface WireAlarmsSummary {
  /** Limit and highest are amperes, or shares of the connector's current. */
  readonly kind: 'current' | 'share';
  readonly limit: number;
  readonly times: number;
  /** In all. */
  readonly duration_s: number;
  readonly first_s: number;
  /** A mean over a tenth of a second. */
  readonly highest: number;
  /** False where it still was at the end. */
  readonly ended: boolean;
}

export interface MeanMax {
  /** Time-weighted. */
  readonly mean: number | null;
  readonly max: number | null;
}

/** The parts of `energy_uncertainty_j`, whose squares add up to its square. */
export interface UncertaintySummary {
  /**
   * Of a power reading, as a share: what `--accuracy` said, or the board's nominal one; null where its maker publishes none. Not of
   * rails that `calibration` knows better.
   */
  readonly accuracy_share: number | null;
  readonly accuracy_j: PerComponent<number | null>;
  readonly gaps_j: PerComponent<number | null>;
  /** Where the power steps: at the ends of the energy, and where it did within the spacings. */
  readonly edges_j: PerComponent<number | null>;
}

/** The own clock of an instrument that talks by itself. */
export interface DeviceClockSummary {
  /** How much faster than this machine's it runs, in millionths; null where that did not come to light. */
  readonly rate_error_ppm: number | null;
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
  /** Of an instrument that talks by itself alone. */
  readonly clock?: DeviceClockSummary;
  /** What the sampling thread ran at: `rr 1`, `nice -10`, `nice 0`; null where that is not known, or it had none of its own. */
  readonly sampling_priority: string | null;
  /** Null of means, and of several boards, which have one each. */
  readonly freshness: BoardFreshness | null;
  /** A user's calibration that the readings have gone through, and is not the board's own; null where there is none. */
  readonly calibration: AppliedCalibration | null;
  readonly power_w: PerComponent<PowerStatistics>;
  readonly energy_j: PerComponent<number | null>;
  readonly energy_uncertainty_j: PerComponent<number | null>;
  readonly uncertainty: UncertaintySummary;
  readonly rails: Readonly<Record<string, RailSummary>>;
  /** Empty where the board does not measure them. */
  readonly wires: readonly WireSummary[];
  /** What they were held against, where there are any. */
  readonly wire_limits?: WireLimits;
  /**
   * Where several boards were recorded: each by itself, and the other keys are then of the whole, `board` of the first and `map` of all. Behind
   * them the sensors that were recorded beside, of which nothing is in any other key.
   */
  readonly tracks?: readonly (TrackSummary | SensorSummary)[];
  readonly warnings: readonly Warning[];
}

/** One of several instruments on one clock. */
export interface TrackSummary extends Omit<Measured, 'start_unix_s' | 'warnings' | 'tracks'> {
  /** What warnings, gaps and files call it. */
  readonly id: string;
  /** Its CSV beside the summary, or else its capture; null where neither was kept. */
  readonly file: string | null;
  /** Where there is a CSV and a capture. */
  readonly capture?: string;
}

/** Whether a track is a board's, and no sensor's beside it. */
export const isBoardTrack = (track: TrackSummary | SensorSummary): track is TrackSummary => 'board' in track;

/** The file. `exec` adds `command`, `phases` and `runs`, whose shapes are its own. */
export interface Summary extends Measured {
  readonly schema: typeof summarySchema;
  readonly tool: ToolFacts;
  readonly host: HostFacts;
  readonly command?: unknown;
  readonly phases?: unknown;
  readonly runs?: unknown;
}

/** Made again from what is left of a recording: of how many samples means are is not known. */
export interface RepairedSummary extends Omit<Summary, 'samples'> {
  readonly samples: number | null;
}

interface SummaryFacts {
  readonly tool: ToolFacts;
  readonly host: HostFacts;
  /** What the board said of its calibration, where that is known. */
  readonly calibration?: CalibrationSummary | null;
  /** What the source found doubtful; goes before the measurement's own. */
  readonly warnings?: readonly Warning[];
}

/** Puts a measurement into the file's shape and order. */
export function buildSummary<Figures extends Omit<Measured, 'samples'>>(
  measured: Figures,
  { tool, host, calibration = null, warnings = [] }: SummaryFacts,
): Figures & Omit<Summary, keyof Measured> {
  return {
    schema: summarySchema,
    tool: { name: tool.name, version: tool.version },
    host,
    ...measured,
    board: { ...measured.board, calibration },
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
  calibration: null,
  ...(board.averagingUs === undefined
    ? {}
    : { averaging_s: board.averagingUs === null ? null : board.averagingUs / 1e6 }),
});
