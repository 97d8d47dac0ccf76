import type { Instrument } from '../board/board.js';
import { type FrameDecoder, makeFrameDecoder, newColumn } from '../board/frame.js';
import { ReaderGone } from '../file/output-file.js';
import { calibratedRails } from '../measure/accuracy/accuracy.js';
import { appliedTo } from '../measure/accuracy/applied.js';
import { sumComponents, type Wiring } from '../measure/rail-map.js';
import type { Sink } from '../sink/sink.js';
import type { Recording } from '../source/source.js';
import type { EndReason } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { FanOut } from './fan-out.js';

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
  /** For a person: what an output cannot take in time. */
  readonly onNotice?: (text: string) => void;
  /** How many samples may wait for a sink, where it is not the usual number. */
  readonly mostWaitingSamples?: number;
}

interface SessionResult {
  readonly end: EndReason;
  /** The board had gone away, and was not back at the end. */
  readonly away: boolean;
  /** Standard output's reader went away, which ended the recording. */
  readonly readerGone: boolean;
}

/**
 * Ties a recording to its sinks: decodes, sums, hands on, until the recording ends; then finishes every sink. A reader
 * of standard output that goes away has read enough: the recording ends, and nothing is wrong.
 */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const { board, recording, sinks, onNotice = () => {}, mostWaitingSamples } = options;
  const decoder = new SampleDecoder(board, options.wiring, options.columnsToDecode);
  let end: EndReason = 'source-ended';
  let failure: { error: unknown } | undefined;
  let readerGone = false;
  let lostUntilNs = Number.NEGATIVE_INFINITY;
  let away = false;

  const onError = (error: unknown, sink: Sink): boolean => {
    if (options.onSinkError?.(error, sink)) return true;
    if (error instanceof ReaderGone) readerGone = true;
    else failure ??= { error };
    recording.stop();
    return false;
  };
  const fanOut = new FanOut(sinks, {
    frameBytes: board.frameBytes,
    decode: (raw) => decoder.decode(raw),
    live: recording.live ?? false,
    onError,
    onNotice,
    ...(mostWaitingSamples === undefined ? {} : { mostWaitingSamples }),
  });

  try {
    await fanOut.begin(recording.header);
    for await (const raw of recording.blocks()) {
      for (const event of raw.events) {
        if (event.type === 'fault' && event.kind === 'board-lost') lostUntilNs = event.endNs;
        if (event.type !== 'end') continue;
        end = event.reason;
        away = lostUntilNs >= event.atNs;
      }
      const busy = fanOut.write(raw);
      if (busy) await busy;
    }
  } finally {
    recording.stop();
    await fanOut.finish();
  }
  if (failure) throw failure.error;
  return { end, away, readerGone };
}

/** Turns frames into columns and sums, in arrays that are used again for the next block. */
class SampleDecoder {
  #capacity = -1; // a first block may be empty
  #timeUs = new Float64Array(0);
  #channels: (Int32Array | undefined)[] = [];
  #powerMw: Float64Array[] = [];
  readonly #decodeFrames: FrameDecoder;
  readonly #wanted: ReadonlySet<number>;
  readonly #calibrated: readonly number[];

  readonly #board: Instrument;
  readonly #wiring: Wiring;

  constructor(board: Instrument, wiring: Wiring, columnsToDecode: ReadonlySet<number>) {
    this.#board = board;
    this.#wiring = wiring;
    this.#decodeFrames = makeFrameDecoder(board);
    this.#calibrated = calibratedRails(board, appliedTo(board));
    this.#wanted = new Set([
      ...columnsToDecode,
      ...board.rails.flatMap((rail) => [rail.voltage, rail.current, rail.power]),
      ...board.wires.flatMap((wire) => [wire.current, wire.power]),
      ...board.totals.map(({ field }) => field),
    ]);
  }

  decode(raw: FrameBlock): SampleBlock {
    const { count, requestNs, replyNs } = raw;
    if (count > this.#capacity) this.#grow(count);
    for (let row = 0; row < count; row++)
      this.#timeUs[row] = Math.round((requestNs[row]! + replyNs[row]!) / 2000);
    this.#decodeFrames(raw.frames, count, this.#channels);
    sumComponents(this.#wiring, this.#board, this.#channels, count, this.#powerMw);
    return {
      count,
      timeUs: this.#timeUs,
      earliestNs: requestNs,
      latestNs: replyNs,
      channels: this.#channels,
      powerMw: this.#powerMw,
      ...(this.#calibrated.length > 0 && {
        calibratedMw: this.#calibrated.map((rail) => this.#channels[this.#board.rails[rail]!.power]!),
      }),
      events: raw.events,
      frames: raw,
    };
  }

  #grow(count: number): void {
    this.#capacity = count;
    this.#timeUs = new Float64Array(count);
    this.#channels = this.#board.fields.map((field, index) =>
      this.#wanted.has(index) ? newColumn(field, count) : undefined,
    );
    this.#powerMw = this.#wiring.sums.map(() => new Float64Array(count));
  }
}
