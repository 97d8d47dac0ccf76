import type { ClockAnchor } from '../../clock.js';
import type { SensorColumn, SensorDoubt, SensorIdentity } from '../sensor.js';
import type { CounterStates } from './counter-cells.js';

/** What is to be opened in a sensors' process. */
export interface Wanted {
  /** Of `kinds.ts`. */
  readonly kind: string;
  readonly argument: string;
  /** Of one that was there before its process had to be started again: it is looked for until it comes back. */
  readonly known?: {
    readonly identity: SensorIdentity;
    readonly columns: readonly SensorColumn[];
    /** Its counters go on from here. */
    readonly counters: CounterStates;
    /** Its rows go on behind this, where its driver keeps what comes meanwhile. */
    readonly handed: ClockAnchor | undefined;
  };
}

export type ToSensors =
  | {
      readonly type: 'open';
      /** Null in the place of one that is not wanted any more. */
      readonly wanted: readonly (Wanted | null)[];
      readonly sysfs: string;
      readonly intervalMs: number | null;
      readonly thorough: boolean;
    }
  /** `originNs`: the recording's instant 0 on CLOCK_MONOTONIC. `recorded`: their places; the others are let go of. */
  | { readonly type: 'start'; readonly originNs: bigint; readonly recorded: readonly number[] }
  /** Asks for news. */
  | { readonly type: 'turn' }
  | { readonly type: 'stop' };

/** What became of one that was wanted; `at` is its place in the list. */
export type Opened =
  | {
      readonly at: number;
      readonly identity: SensorIdentity;
      readonly columns: readonly SensorColumn[];
    }
  | { readonly at: number; readonly doubt: SensorDoubt };

/** What one sensor has to say since the last time. */
export interface SensorNews {
  readonly at: number;
  readonly count: number;
  /** Column behind column, `count` numbers each: the instants asked, the instants answered, and the values. */
  readonly packed: Float64Array;
  /** All of them so far. */
  readonly doubts: readonly SensorDoubt[];
  /** So far. */
  readonly cpuS: number | null;
  /** After the last of these readings. */
  readonly counters: CounterStates;
  readonly handed: ClockAnchor | undefined;
}

export type FromSensors =
  | { readonly type: 'opened'; readonly opened: Opened }
  /** Comes in turns, so that silence says that the process hangs. */
  | { readonly type: 'news'; readonly news: readonly SensorNews[] }
  /** A sensor is looked for again, and has been read or is away (`isOver`): what hangs between the two is the one that hangs. */
  | { readonly type: 'trying'; readonly at: number; readonly isOver: boolean }
  /** Process groups of programs that run, to be ended where this process can't do it any more. */
  | { readonly type: 'groups'; readonly pids: readonly number[] };

/**
 * News come by themselves where nobody asked for so long, ms: a row is on disk within a second. They are asked for when the process
 * that records is awake anyway, since to wake it costs more than the news.
 */
export const unaskedMs = 850;
