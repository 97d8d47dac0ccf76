import type { FaultWords, Instrument } from '../board/board.js';
import type { RecordingEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';

/**
 * Makes an event of every bit that rises in a board's fault words, behind the sample in which it did. What the log held when the
 * recording began is history; what is in the status then is not.
 */
export class FaultWatch {
  readonly #faults: FaultWords | null;
  readonly #statusAt: number;
  readonly #logAt: number;
  readonly #status: [low: number, high: number] = [0, 0];
  #log: [low: number, high: number] | undefined;

  constructor(
    readonly board: Instrument,
    readonly onRise: (event: RecordingEvent) => void = () => {},
  ) {
    this.#faults = board.faults;
    this.#statusAt = board.faults ? board.fields[board.faults.status]!.offset : 0;
    this.#logAt = board.faults ? board.fields[board.faults.log]!.offset : 0;
  }

  /** The block as it is, or in the pieces between which something rose. */
  *split(block: FrameBlock): Generator<FrameBlock> {
    if (!this.#faults || block.count === 0) {
      yield block;
      return;
    }
    const { frameBytes } = this.board;
    const view = new DataView(block.frames.buffer, block.frames.byteOffset, block.count * frameBytes);
    let from = 0;
    for (let row = 0; row < block.count; row++) {
      const events = this.#risen(view, row * frameBytes, block.replyNs[row]!);
      if (events.length === 0) continue;
      yield rowsOf(block, frameBytes, from, row + 1, events);
      from = row + 1;
    }
    if (from < block.count || block.events.length > 0)
      yield from === 0 ? block : rowsOf(block, frameBytes, from, block.count, block.events);
  }

  #holds(view: DataView, at: number, [low, high]: readonly [low: number, high: number]): boolean {
    return view.getUint32(at, true) === low && view.getUint32(at + 4, true) === high;
  }

  #risen(view: DataView, frame: number, atNs: number): RecordingEvent[] {
    const [status, log] = [this.#status, this.#log];
    // Almost every reading is as the one before, and costs no array.
    if (
      log &&
      this.#holds(view, frame + this.#statusAt, status) &&
      this.#holds(view, frame + this.#logAt, log)
    )
      return none;
    const words = (at: number): [number, number] => [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const nowStatus = words(frame + this.#statusAt);
    const nowLog = words(frame + this.#logAt);
    const events: RecordingEvent[] = [];
    for (let bit = 0; bit < 64; bit++) {
      const rose = isSet(nowStatus, bit) && !isSet(status, bit);
      // So short that no reading saw it: only the log tells.
      const logged = log !== undefined && isSet(nowLog, bit) && !isSet(log, bit) && !isSet(status, bit);
      if (!rose && !logged) continue;
      const name = this.#faults!.bits.find((each) => each.bit === bit)?.name ?? `bit ${bit}`;
      const event = { type: 'board-fault', atNs, bit, name } as const;
      events.push(event);
      this.onRise(event);
    }
    [this.#status[0], this.#status[1]] = nowStatus;
    this.#log = nowLog;
    return events;
  }
}

const none: RecordingEvent[] = [];
const isSet = (words: readonly [number, number], bit: number): boolean =>
  ((bit < 32 ? words[0] : words[1]) & (1 << (bit & 31))) !== 0;

/** Some of a block's rows, and what happened behind them; views. */
export const rowsOf = (
  { frames, requestNs, replyNs }: FrameBlock,
  frameBytes: number,
  from: number,
  to: number,
  events: readonly RecordingEvent[],
): FrameBlock => ({
  count: to - from,
  frames: frames.subarray(from * frameBytes, to * frameBytes),
  requestNs: requestNs.subarray(from, to),
  replyNs: replyNs.subarray(from, to),
  events,
});
