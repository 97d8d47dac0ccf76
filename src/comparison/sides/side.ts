import type { ComparedPhase } from '../../compare/comparison.js';
import type { FileClock, Quantity } from '../../foreign/foreign-track.js';

/** One of two files that are compared. */
export interface Side {
  /** As it was named. */
  readonly path: string;
  /** The column that is compared, and of what device where there are several. */
  readonly column: string;
  /** What wrote it, or measured it, as far as that is known. */
  readonly source: string | null;
  readonly quantity: Quantity;
  /** Of the numbers in the file; null where nothing says it: then they were taken for W or J. */
  readonly unit: string | null;
  readonly clock: FileClock;
  /** Of `timeUs` 0 by its clock, µs; whole. */
  readonly originUs: number;
  readonly timeUs: Float64Array;
  /** W, or J. */
  readonly value: Float64Array;
  /** Of counters of several runs, one after the other: the reading at which each of them begins. */
  readonly begins?: readonly number[];
  /** When the sensor says that its readings are of, µs since 1970. */
  readonly stampUs?: Float64Array;
  readonly resolutionUs: number;
  /** What the summary beside it tells; null where there is none. */
  readonly recording: RecordingFacts | null;
  /** Of the device that was read. */
  readonly uuid: string | null;
  readonly guesses: readonly string[];
  readonly remarks: readonly string[];
}

/** What a comparison uses of a recording's summary. */
export interface RecordingFacts {
  /** Equal for all tracks of one recording: where its summary is, or its capture. */
  readonly id: string;
  /** Of a power reading at 95 %, as a share; null where nobody says. */
  readonly accuracyShare: number | null;
  /** Spans in µs since the recording began. */
  readonly phases: readonly ComparedPhase[];
  /** GPUs and others that sensors read beside the board. */
  readonly devices: readonly SensorDevice[];
}

export interface SensorDevice {
  /** What its columns begin with. */
  readonly prefix: string;
  readonly name: string | null;
  readonly uuid: string | null;
}

/** From its first instant to its last. */
export const lengthUs = ({ timeUs }: Side): number => timeUs.at(-1)! - timeUs[0]!;
