import type { Instrument } from '../board/board.js';
import { type FrameDecoder, makeFrameDecoder, newColumn } from '../board/frame.js';
import { ReaderGone } from '../file/output-file.js';
import { sumComponents, type Wiring } from '../measure/rail-map.js';
import type { Sink } from '../sink/sink.js';
import type { Recording } from '../source/source.js';
import type { EndReason } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';
import type { Block } from '../stream/sample-block.js';

export interface SessionOptions {
  readonly board: Instrument;
  readonly recording: Recording;
  readonly wiring: Wiring;
  /** Fields somebody wants beside the rails, as indexes into the board's fields. */
  readonly columnsToDecode: ReadonlySet<number>;
  readonly sinks: readonly Sink[];
  /**
   * Called when a sink fails. Returns true where the session shall go on without it; otherwise the recording is
   * stopped, every sink is finished, and the error is thrown.
   */
  readonly onSinkError?: (error: unknown, sink: Sink) => boolean;
}

export interface SessionResult {
  readonly end: EndReason;
  /** Standard output's reader went away, which ended the recording. */
  readonly readerGone: boolean;
}

/**
 * Ties a recording to its sinks: decodes, sums, hands on, until the recording ends; then finishes every sink. A reader
 * of standard output that goes away has read enough: the recording ends, and nothing is wrong.
 */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const { recording } = options;
  const sinks = new Set(options.sinks);
  const decoder = new BlockDecoder(options.board, options.wiring, options.columnsToDecode);
  let end: EndReason = 'source-ended';
  let failure: { error: unknown } | undefined;
  let readerGone = false;

  /** Runs one step of every sink; what a sink throws either drops that sink or ends the session. */
  const each = async (step: (sink: Sink) => void | Promise<void>): Promise<void> => {
    for (const sink of sinks) {
      try {
        const pending = step(sink);
        if (pending) await pending;
      } catch (error) {
        if (options.onSinkError?.(error, sink)) sinks.delete(sink);
        else if (error instanceof ReaderGone) readerGone = true;
        else failure ??= { error };
      }
    }
  };

  try {
    await each((sink) => sink.begin(recording.header));
    for await (const raw of recording.blocks()) {
      for (const event of raw.events) if (event.type === 'end') end = event.reason;
      if (failure || readerGone) break;
      const block = decoder.decode(raw);
      await each((sink) => sink.write(block));
    }
  } finally {
    recording.stop();
    await each((sink) => sink.finish());
  }
  if (failure) throw failure.error;
  return { end, readerGone };
}

/** Turns frames into columns and sums, in arrays that are used again for the next block. */
class BlockDecoder {
  private capacity = -1; // a first block may be empty
  private timeUs = new Float64Array(0);
  private channels: (Int32Array | undefined)[] = [];
  private powerMw: Float64Array[] = [];
  private readonly decodeFrames: FrameDecoder;
  private readonly wanted: ReadonlySet<number>;

  constructor(
    private readonly board: Instrument,
    private readonly wiring: Wiring,
    columnsToDecode: ReadonlySet<number>,
  ) {
    this.decodeFrames = makeFrameDecoder(board);
    this.wanted = new Set([
      ...columnsToDecode,
      ...board.rails.flatMap((rail) => [rail.voltage, rail.current, rail.power]),
      ...board.wires.flatMap((wire) => [wire.current, wire.power]),
    ]);
  }

  decode(raw: FrameBlock): Block {
    const { count, requestNs, replyNs } = raw;
    if (count > this.capacity) this.grow(count);
    for (let row = 0; row < count; row++)
      this.timeUs[row] = Math.round((requestNs[row]! + replyNs[row]!) / 2000);
    this.decodeFrames(raw.frames, count, this.channels);
    sumComponents(this.wiring, this.board, this.channels, count, this.powerMw);
    return { count, timeUs: this.timeUs, channels: this.channels, powerMw: this.powerMw, raw };
  }

  private grow(count: number): void {
    this.capacity = count;
    this.timeUs = new Float64Array(count);
    this.channels = this.board.fields.map((field, index) =>
      this.wanted.has(index) ? newColumn(field, count) : undefined,
    );
    this.powerMw = this.wiring.sums.map(() => new Float64Array(count));
  }
}
