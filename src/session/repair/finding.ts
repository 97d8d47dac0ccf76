import type { PartFacts } from '../../measure/part-facts.js';
import type { MapChoice } from '../../measure/rail-map.js';
import type { RepairedSummary } from '../../measure/summary.js';
import type { KnownSummary } from '../../schema/summary.js';
import type { Sink } from '../../sink/sink.js';

/** What a look through a recording may use. */
export interface Inspection {
  /** The map that a CSV was recorded with, where it was given. */
  readonly map: MapChoice | undefined;
  /** The summary that lies beside it; it may be of another recording. */
  readonly there: KnownSummary | null;
  /** Makes sinks that are to see the samples too. @param components how many, `system` among them */
  readonly watch?: (components: number) => readonly Sink[];
}

/** What a look through a recording found. */
export interface Finding {
  /** How many rows or readings there are, of the unit. */
  readonly samples: number;
  /** What a row is: one sample, a mean over many, or what a sensor beside the board said. */
  readonly unit: 'sample' | 'mean' | 'reading';
  /** Where the first mean begins, µs; null of samples. */
  readonly firstUs: number | null;
  /** Instant of the last sample, or where the last mean ends, µs; null without any. */
  readonly lastUs: number | null;
  /** Where what is whole ends, in bytes of the uncompressed file. */
  readonly wholeBytes: number;
  /** Whether its end is torn or missing. */
  readonly torn: boolean;
  /** What closes it behind its whole part. */
  readonly tail: Uint8Array;
  /** Whether it says of which board it is and where it was made, as a capture does. */
  readonly knowsBoard: boolean;
  /** Whether it has a place for when it began: without, whether a summary is of it cannot be told. */
  readonly dated: boolean;
  /** Columns that a summary needs and that are not there. */
  readonly lacking: readonly string[];
  /** Of the whole part; null where columns are lacking. */
  readonly summary: RepairedSummary | null;
  /** What the energy of a part of it rests on; null where none can be measured again. */
  readonly partFacts: PartFacts | null;
}
