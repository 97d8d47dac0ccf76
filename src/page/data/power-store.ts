import type { Columns, Samples } from '../../draw/envelope.js';
import type { Piece } from '../../draw/packing.js';

/** What a stretch of a recording cost, as far as a page can tell; NaN for what is not known. */
export interface StretchFigures {
  /** By series; J, and how far it may be off at 95 %. */
  readonly energyJ: Float64Array;
  readonly uncertaintyJ: Float64Array;
  /** W, time-weighted; extremes as the data know them. */
  readonly meanW: Float64Array;
  readonly minW: Float64Array;
  readonly maxW: Float64Array;
}

/** Figures of so many series, of which nothing is known. */
export function unknownFigures(series: number): StretchFigures {
  const none = () => new Float64Array(series).fill(Number.NaN);
  return { energyJ: none(), uncertaintyJ: none(), meanW: none(), minW: none(), maxW: none() };
}

/**
 * The powers of one run, wherever they lie: in the page's own file, or with its server. What is asked for is given at once as well as
 * it is known; when more is known, `onChange` is called and it can be asked for again.
 */
export interface PowerStore {
  onChange: () => void;
  /** Resolves when there is something to draw. */
  readonly ready: Promise<void>;
  /** Reaches up to here by now, µs. */
  readonly endUs: number;
  /** Extremes and means of one series in columns that share the stretch evenly. */
  fillColumns(series: number, fromUs: number, toUs: number, into: Columns): void;
  /** Mean over `windowUs` around each column's middle; NaN where nothing was measured there. */
  fillRolling(series: number, fromUs: number, toUs: number, windowUs: number, into: Float32Array): void;
  /** The samples in a stretch and the two beside it; null where they are more than `most`, or not known one by one. */
  samplesIn(fromUs: number, toUs: number, most: number): Samples | null;
  measure(fromUs: number, toUs: number): Promise<StretchFigures>;
  /** All that is known of a stretch, as fine as it is known: the samples in it, or the intervals that it touches. */
  finest(fromUs: number, toUs: number): Promise<Piece>;
}
