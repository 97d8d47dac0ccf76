import type { FaultWords, Field, Instrument } from '../board/board.js';
import { type FrameCheck, makeSupplyCheck } from '../board/check.js';
import { fieldTypes } from '../board/field-type.js';
import type { RecordingEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';

/**
 * Makes an event of every bit that rises in a board's fault words, behind the sample in which it did. What the log held when the
 * recording began is history; what is in the status then is not.
 */
export class FaultWatch {
  readonly #faults: FaultWords | null;
  readonly #isSupplied: FrameCheck;
  readonly #readStatus: WordReader;
  readonly #readLog: WordReader | null;
  readonly #status: Word = [0, 0];
  readonly #log: Word = [0, 0];
  readonly #nowStatus: Word = [0, 0];
  readonly #nowLog: Word = [0, 0];
  #isFirst = true;

  constructor(
    readonly board: Instrument,
    readonly onRise: (event: RecordingEvent) => void = () => {},
  ) {
    this.#faults = board.faults;
    this.#isSupplied = makeSupplyCheck(board);
    const fieldsOf = (indexes: readonly number[]) => indexes.map((index) => board.fields[index]!);
    const { status = [], log = null } = board.faults ?? {};
    this.#readStatus = status.length === 1 ? wordReader(fieldsOf(status)[0]!) : flagReader(fieldsOf(status));
    this.#readLog = log === null ? null : wordReader(fieldsOf([log])[0]!);
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

  #risen(view: DataView, frame: number, atNs: number): RecordingEvent[] {
    const [status, log, nowStatus, nowLog] = [this.#status, this.#log, this.#nowStatus, this.#nowLog];
    this.#readStatus(view, frame, nowStatus);
    this.#readLog?.(view, frame, nowLog);
    // Almost every reading is as the one before, and costs no array.
    if (!this.#isFirst && isSame(nowStatus, status) && isSame(nowLog, log)) return none;
    // All bits set, or none, by a line that floats or a board that is off: it says nothing of faults.
    if (!this.#isSupplied(view, frame)) return none;
    const events: RecordingEvent[] = [];
    for (let bit = 0; bit < 64; bit++) {
      const rose = isSet(nowStatus, bit) && !isSet(status, bit);
      // So short that no reading saw it: only the log tells.
      const logged = !this.#isFirst && isSet(nowLog, bit) && !isSet(log, bit) && !isSet(status, bit);
      if (!rose && !logged) continue;
      const name = this.#faults!.bits.find((each) => each.bit === bit)?.name ?? `bit ${bit}`;
      const event = { type: 'board-fault', atNs, bit, name } as const;
      events.push(event);
      this.onRise(event);
    }
    copyTo(status, nowStatus);
    copyTo(log, nowLog);
    this.#isFirst = false;
    return events;
  }
}

/** 64 bits. */
type Word = [low: number, high: number];
/** Reads one out of the frame at `frame`. */
type WordReader = (view: DataView, frame: number, out: Word) => void;

function wordReader({ offset, type }: Field): WordReader {
  const { read } = fieldTypes[type];
  const wide = type === 'uint64';
  return (view, frame, out) => {
    out[0] = read(view, frame + offset) | 0;
    out[1] = wide ? view.getInt32(frame + offset + 4, true) : 0;
  };
}

/** A bit for each field, set where it is not 0. */
function flagReader(fields: readonly Field[]): WordReader {
  const flags = fields.map(({ offset, type }) => ({ offset, read: fieldTypes[type].read }));
  return (view, frame, out) => {
    out[0] = out[1] = 0;
    for (let bit = 0; bit < flags.length; bit++)
      if (flags[bit]!.read(view, frame + flags[bit]!.offset) !== 0) out[bit < 32 ? 0 : 1] |= 1 << (bit & 31);
  };
}

const isSame = (one: Word, other: Word): boolean => one[0] === other[0] && one[1] === other[1];

function copyTo(word: Word, from: Word): void {
  word[0] = from[0];
  word[1] = from[1];
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
