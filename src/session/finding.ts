import type { Summary } from '../measure/summary.js';

/** What a look through a recording found. */
export interface Finding {
  readonly samples: number;
  /** Where what is whole ends, in bytes of the uncompressed file. */
  readonly wholeBytes: number;
  /** Whether its end is torn or missing. */
  readonly torn: boolean;
  /** What closes it behind its whole part. */
  readonly tail: Uint8Array;
  /** Of the whole part. */
  readonly summary: Summary;
}
