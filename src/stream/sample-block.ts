import type { FrameBlock } from './frame-block.js';

/**
 * Decoded samples, columns side by side; rows `0 … count-1` of every column are valid. Channels are the board's
 * own integers (mV, mA, mW, 0.1 °C, …), sums are whole milliwatts.
 */
export interface Block {
  readonly count: number;
  /** The samples' instants, whole µs since the recording began: the middle of request and reply. */
  readonly timeUs: Float64Array;
  /** By channel, in the layout's order; undefined where the channel was not asked for. A uint64 takes two words a row. */
  readonly channels: readonly (Int32Array | undefined)[];
  /** By component, in the map's order, `system` first. */
  readonly powerMw: readonly Float64Array[];
  /** Where the rows are means: how long each is of, µs. */
  readonly intervalUs?: Float64Array;
  /** What it was decoded from. */
  readonly raw: FrameBlock;
}
