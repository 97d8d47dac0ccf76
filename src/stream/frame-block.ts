import type { RecordingEvent } from './event.js';

/**
 * A run of replies as they came, side by side: `count` frames, each with its request and its reply instant in
 * whole ns since the recording began. The events lie behind the samples. Whoever is handed a block may use it
 * until it asks for the next one; whoever keeps a part copies it.
 */
export interface FrameBlock {
  readonly count: number;
  readonly frames: Uint8Array;
  readonly requestNs: Float64Array;
  readonly replyNs: Float64Array;
  readonly events: readonly RecordingEvent[];
}
