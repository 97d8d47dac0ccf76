/*
 * Readings of a power or of counted joules, as somebody's file has them. Times are as they stand there: which clock they are of is said
 * beside them, and what is not certain of it is for whoever has another trace to hold it against.
 */

/** What people may say of a file instead of having it guessed. */
export interface ForeignOptions {
  /** Its power or energy: a column's name, or its place from 1 on; `NAME@DEVICE` for one of several devices. */
  readonly column?: string | undefined;
  readonly time?: string | undefined;
  /** `W`, `mW`, `J`, … */
  readonly unit?: string | undefined;
  /** Which of several components is wanted where the file has such: `gpu`, `cpu`, `system`. */
  readonly component?: string | undefined;
}

/** How the options are called, for messages; null where there is no such option. */
export interface OptionNames {
  readonly column: string;
  readonly time: string | null;
  readonly unit: string | null;
  readonly zone: string | null;
}

export type Quantity = 'power' | 'energy';

/** What the times in a file count from. */
export type FileClock =
  /** 1970 in UTC: stamps with a zone, or numbers since then. */
  | { readonly kind: 'utc' }
  /** A wall clock somewhere: 1970 by its hands. */
  | { readonly kind: 'local' }
  /** The hands of a clock without a date: midnight. */
  | { readonly kind: 'day' }
  /** The begin of a recording by powerlog; null where the file does not say when that was, µs since 1970. */
  | { readonly kind: 'recording'; readonly startUnixUs: number | null }
  /** An instant that nobody knows. `unit` is of the numbers, or null where they may be s, ms, µs or ns: then they are taken for s. */
  | { readonly kind: 'elapsed'; readonly unit: string | null };

export interface ForeignTrack {
  readonly path: string;
  /** What wrote it, as far as that shows: `nvidia-smi`, `CodeCarbon`; null where it does not. */
  readonly writer: string | null;
  /** The column, and the device where there are several: `power.draw [W] of GPU 1`. */
  readonly column: string;
  readonly quantity: Quantity;
  /** Of the numbers in the file; null where nothing says it: then they are taken for W or J. */
  readonly unit: string | null;
  readonly clock: FileClock;
  /** Instants by its clock, µs, in order, none twice. */
  readonly timeUs: Float64Array;
  /** W, or J; NaN where a reading gave nothing. */
  readonly value: Float64Array;
  /** Of counters of several runs, one after the other: the reading at which each of them begins, with nothing counted. */
  readonly begins?: readonly number[];
  /** When the sensor itself says that each reading was made, µs since 1970; where the file has such stamps. */
  readonly stampUs?: Float64Array;
  /** How far an instant may be off since the file has no more digits, µs. */
  readonly resolutionUs: number;
  /** Of the device that was read, where the file says it. */
  readonly uuid: string | null;
  /** What was guessed, a sentence each, without full stop. */
  readonly guesses: readonly string[];
  /** What else should be known: what was left out, and why. */
  readonly remarks: readonly string[];
}
