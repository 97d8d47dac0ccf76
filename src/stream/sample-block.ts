import type { RecordingEvent } from './event.js';
import type { FrameBlock } from './frame-block.js';

/**
 * Rows of a recording, columns side by side; rows `0 … count-1` of every column are valid. Channels are the board's own
 * integers (mV, mA, mW, 0.1 °C, …), sums are whole milliwatts.
 */
export interface SampleRows {
  readonly count: number;
  /** Each row's instant, whole µs since the recording began. */
  readonly timeUs: Float64Array;
  /** By channel, in the layout's order; undefined where the channel was not asked for. A uint64 takes two words a row. */
  readonly channels: readonly (Int32Array | undefined)[];
  /** By component, in the map's order, `system` first. */
  readonly powerMw: readonly Float64Array[];
  /** Where rails were calibrated: the power of each, mW, in board order. What sums of them are worth hangs on their shares. */
  readonly calibratedMw?: readonly Int32Array[];
  /** Where the rows are means: how long each is of, µs. */
  readonly intervalUs?: Float64Array;
}

/** Samples, each of which was taken between two instants; its time is the middle. */
export interface SampleBlock extends SampleRows {
  /** Whole ns since the recording began: of a board that is asked, when it was. */
  readonly earliestNs: Float64Array;
  /** When its answer was there. */
  readonly latestNs: Float64Array;
  /** What happened behind the samples. */
  readonly events: readonly RecordingEvent[];
  /** What they were decoded from; absent where there were no frames, as in a CSV. */
  readonly frames?: FrameBlock;
}
