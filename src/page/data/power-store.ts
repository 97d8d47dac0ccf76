import type { Columns, Samples } from '../../draw/envelope.js';
import type { Piece } from '../../draw/packing.js';
import type { StretchFigures } from '../../measure/stretch/figures.js';

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
  /**
   * Says what is drawn, in so many columns: what is missing of it is asked for.
   * @param windowUs over so long the mean around each column is drawn; 0 where none is
   */
  expect(fromUs: number, toUs: number, columns: number, windowUs: number): void;
  /** Whether all of a stretch is here as fine as so many columns show it, and nothing that has become known since changes it. */
  isSettled(fromUs: number, toUs: number, columns: number): boolean;
  /** Extremes and means of one series in columns that share the stretch evenly, as they are known. */
  fillColumns(series: number, fromUs: number, toUs: number, into: Columns): void;
  /** Mean over `windowUs` around each column's middle; NaN where nothing was measured there. */
  fillRolling(series: number, fromUs: number, toUs: number, windowUs: number, into: Float32Array): void;
  /** The samples in a stretch and the two beside it; null where they are more than `most`, or not known one by one. */
  samplesIn(fromUs: number, toUs: number, most: number): Samples | null;
  measure(fromUs: number, toUs: number): Promise<StretchFigures>;
  /** All that is known of a stretch, as fine as it is known: the samples in it, or the intervals that it touches. */
  finest(fromUs: number, toUs: number): Promise<Piece>;
}
