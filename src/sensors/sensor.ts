import type { RecordingClock } from '../source/clock-watch.js';
import type { WarningCode } from '../stream/warning.js';

/*
 * A sensor is what a vendor built in and what says a power or a counted energy by itself: RAPL's counters, a GPU's NVML, a chip
 * under hwmon, any program that prints numbers. It is read beside the board, on the board's clock, in a process of its own, so
 * that nothing it does can hold the board's sampling up. It is a track of its own and in no sum.
 */

/** What is told of a sensor's readings; with `SensorDoubt` it becomes a warning of the summary. docs/sensors.md says when. */
export type SensorDoubtCode = Extract<WarningCode, `sensor-${string}`>;

/** Something a reader of the figures should know, told as often as it happened and counted. */
export interface SensorDoubt {
  readonly code: SensorDoubtCode;
  /** A sentence without its full stop, about one kind of happening, so that equal ones can be counted. Foreign text is text. */
  readonly message: string;
  readonly times: number;
  /** ns since the recording began; null where it was before. */
  readonly firstNs: number | null;
  readonly lastNs: number | null;
}

/** One thing that a sensor reads: a GPU, a CPU package, a chip. */
export interface SensorDevice {
  /** What the columns that are of it begin with: `gpu0`, `package_0`. */
  readonly prefix: string;
  /** As its maker or its driver calls it; null where it has no name. */
  readonly name: string | null;
  /** To tell by which card was read: `GPU-5f3c…`; null where it has none. */
  readonly uuid: string | null;
  /** `0000:01:00.0`, or the sysfs path; null where it has none. */
  readonly bus: string | null;
}

/** What a sensor is, for the summary and for people. */
export interface SensorIdentity {
  /** `NVIDIA NVML`, `Intel RAPL`, a command line. */
  readonly product: string;
  /** Version of the driver or library, or null. */
  readonly driver: string | null;
  readonly devices: readonly SensorDevice[];
  /** What its power means, as its maker or a measurement says: `averaged over 1 s`; null where nobody says. */
  readonly meaning: string | null;
}

/**
 * What a column holds. `energy` is a counter's joules since the recording's first reading of it; `stamp` is the sensor's own
 * instant of its reading, UTC seconds since 1970; `other` is whatever else it says.
 */
export type SensorQuantity = 'power' | 'energy' | 'stamp' | 'other';

export interface SensorColumn {
  /** Ends in its unit, as the board's columns do: `package_0_energy_j`. Letters, digits and `_`. */
  readonly name: string;
  /** Digits after the point. */
  readonly decimals: number;
  readonly quantity: SensorQuantity;
  /** For people: `package-0, dram`. */
  readonly title: string;
  /** Names the column that this one is contained in, as a core is in its package, so that nobody adds the two; null for none. */
  readonly partOf: string | null;
  /**
   * Of an energy that is read as a counter: after how many joules it begins again at 0; infinite where it never does, null where nobody
   * says.
   * The reader gives the counter as it stands, and the process around it counts on over the wraps.
   */
  readonly counter?: { readonly wrapJ: number | null };
  /** Of a counter that may be read seldom: the power of the same thing, which says how its joules lie between two readings. */
  readonly shape?: string;
  /** Of a power that nobody reads: the mean between two true changes of this energy column, given by the process around it. */
  readonly meanOf?: string;
}

/** Readings side by side, `count` of them; lent until `take` returns. */
export interface SensorBlock {
  readonly count: number;
  /** When it was asked for each, whole ns since the recording began; of one that talks by itself, when it was heard. */
  readonly earliestNs: Float64Array;
  /** When its answer was there. */
  readonly latestNs: Float64Array;
  /** By column; NaN where it gave nothing. */
  readonly values: readonly Float64Array[];
}

/** A sensor that was found and has said what it is, and waits to be recorded. */
export interface Sensor {
  /** As `--with` names it: `rapl`, `nvml`; `exec` of a command. Not distinct. */
  readonly id: string;
  readonly identity: SensorIdentity;
  readonly columns: readonly SensorColumn[];
  /** Begins to read. `take` is given what was read, in order, within a second. Called once. */
  start(clock: RecordingClock, take: (block: SensorBlock) => void): SensorRecording;
  /** Lets go of it, and of those that are read in the same process; safe to call twice, and before `start`. */
  close(): Promise<void>;
}

/** A sensor that is being recorded. */
export interface SensorRecording {
  /**
   * Asks for what was read: called whenever the process is awake, so that nothing else has to wake it.
   * @param isWaited asks though it was asked for a moment ago
   */
  handOver(isWaited: boolean): void;
  /** Ends it; resolves, in any case soon, when what was read up to now has been given to `take`. Safe to call twice. */
  stop(): Promise<void>;
  /** CPU seconds that reading it took, of its own processes and its share of the process around it; null where not known. */
  readonly cpuS: number | null;
  /** So far. */
  readonly doubts: readonly SensorDoubt[];
}

/** One that was asked for and is not recorded, and why. */
export interface MissingSensor {
  readonly id: string;
  readonly doubt: SensorDoubt;
}
