import type { RecordingEvent } from './event.js';

/**
 * A run of replies as they came, side by side: `count` frames, each with its request and its reply instant in
 * whole ns since the recording began. The events lie behind the samples. A block is lent until
 * the next one is asked for; what is kept longer is copied.
 */
export interface FrameBlock {
  readonly count: number;
  readonly frames: Uint8Array;
  readonly requestNs: Float64Array;
  readonly replyNs: Float64Array;
  readonly events: readonly RecordingEvent[];
}

/** A block of events alone. */
export const eventBlock = (events: readonly RecordingEvent[]): FrameBlock => ({
  count: 0,
  frames: new Uint8Array(0),
  requestNs: new Float64Array(0),
  replyNs: new Float64Array(0),
  events,
});
