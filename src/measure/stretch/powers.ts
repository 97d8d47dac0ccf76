import type { Columns } from '../../draw/envelope.js';
import type { Extremes } from '../../draw/range-extremes.js';

/** What a stretch says of one power: its energy, and what the data leave open of that. */
export interface Stretch {
  readonly energyJ: number;
  readonly minMw: number;
  readonly maxMw: number;
  /** What the power may have done otherwise where the ends cut a spacing or an interval, J. */
  readonly cutsJ: number;
  /** Of the steps within, J; null where the data do not tell. */
  readonly samplingJ: number | null;
  /** Extremes about both ends, mW. */
  readonly start: AboutEnd;
  readonly end: AboutEnd;
}

export interface AboutEnd {
  readonly lowMw: number;
  readonly highMw: number;
}

/** One power of a run, as fine as it is known, for figures. Instants in µs since the recording began. */
export interface MeasurablePowers {
  /** Energy from the first sample up to an instant, J. */
  energyUpToJ(us: number): number;
  /** Extremes between two instants, gaps left out, mW; NaN where nothing was measured. */
  extremes(fromUs: number, toUs: number): Extremes;
  stretch(fromUs: number, toUs: number): Stretch;
}

/** And for pictures. */
export interface Powers extends MeasurablePowers {
  fillColumns(fromUs: number, toUs: number, into: Columns): void;
}
