import type { Board } from '../../board/board.js';
import { type FrameCheck, makeFrameCheck } from '../../board/check.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { ownMap } from '../../measure/rail-map.js';
import { eventBlock, type FrameBlock } from '../../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../../stream/recording-header.js';
import type { Warning, WarningCode } from '../../stream/warning.js';
import { plural } from '../../units.js';
import type { FinishedRecording, RecordedFacts } from '../capture.js';
import { FaultWatch } from '../fault-watch.js';
import type { Source } from '../source.js';
import { FrameSync } from './frame-sync.js';

/** What a bare dump of frames does not say of itself. */
export interface DumpFacts {
  readonly board: Board;
  /** Null where the command line names none; then the table is that of the newest. */
  readonly firmware: number | null;
  readonly rateHz: number;
}

const framesPerBlock = 512;

/** Frames one behind the other with nothing between them, as a ten-line script saves them. */
export class FrameDumpSource implements Source {
  readonly board: Board;
  readonly identity: BoardIdentity;
  /** A dump does not say where it comes from. */
  readonly facts: RecordedFacts;

  constructor(
    readonly window: ByteWindow,
    readonly dump: DumpFacts,
  ) {
    this.board = dump.board;
    this.facts = { map: ownMap(dump.board), host: {}, accuracy: null };
    const { id, product, productId } = dump.board;
    this.identity = {
      id,
      product,
      productId,
      uid: null,
      name: null,
      firmware: dump.firmware,
      port: window.input.name,
    };
  }

  start(): FinishedRecording {
    return new DumpRecording(this.window, this.board, this.dump.rateHz, this.identity);
  }

  close(): Promise<void> {
    return this.window.input.close();
  }
}

class DumpRecording implements FinishedRecording {
  readonly header: RecordingHeader;
  readonly #warnings: Warning[] = [];
  readonly #sync: FrameSync;
  readonly #agrees: FrameCheck;
  readonly #faults: FaultWatch;
  readonly #instantsNs = new Float64Array(framesPerBlock);
  /** A copy of the last frame that was handed out. */
  #last: Uint8Array | null = null;
  /** Place of the frame at the window's front in the even row of frames. */
  #slot = 0;
  #frames = 0;
  readonly #doubtful = new Tally();
  readonly #unreadable = new Tally();
  #stopped = false;

  constructor(
    readonly window: ByteWindow,
    readonly board: Board,
    readonly rateHz: number,
    identity: BoardIdentity,
  ) {
    this.header = { board: identity, startMonotonicNs: null, startUnixUs: null, timing: 'nominal' };
    this.#sync = new FrameSync(window, board);
    this.#agrees = makeFrameCheck(board);
    this.#faults = new FaultWatch(board);
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    const { window } = this;
    const { frameBytes } = this.board;
    while (!this.#stopped && (await window.ensure(1))) {
      await window.ensure((framesPerBlock + 1) * frameBytes);
      const count = this.#inLine();
      // A frame is whole when another follows where it ends.
      const sure = count > framesPerBlock || window.available === count * frameBytes ? count : count - 1;
      if (sure > 0) yield* this.#take(Math.min(sure, framesPerBlock));
      else if (!(yield* this.#bridge(count === 0 ? 0 : 1))) break;
    }
    const reason = this.#stopped ? 'stopped' : 'source-ended';
    if (!this.#stopped) this.#remark();
    yield eventBlock([{ type: 'end', atNs: this.#instantNs(this.#slot), reason }]);
  }

  stop(): void {
    this.#stopped = true;
  }

  warnings(): readonly Warning[] {
    return this.#warnings;
  }

  /** How many frames stand one behind the other at the window's front, up to one more than a block takes. */
  #inLine(): number {
    const { frameBytes } = this.board;
    const most = Math.min(framesPerBlock + 1, Math.floor(this.window.available / frameBytes));
    let count = 0;
    while (count < most && this.#sync.isFrame(count * frameBytes)) count++;
    return count;
  }

  #take(count: number): Iterable<FrameBlock> {
    const { window } = this;
    const { frameBytes } = this.board;
    for (let row = 0; row < count; row++) {
      this.#instantsNs[row] = this.#instantNs(this.#slot + row);
      const at = window.at + row * frameBytes;
      if (!this.#agrees(window.view, at)) this.#doubtful.add(1, window.offset + row * frameBytes);
    }
    const frames = window.bytes.subarray(window.at, window.at + count * frameBytes);
    this.#last = frames.slice(-frameBytes);
    this.#sync.supplyMv = this.#sync.supplyAt((count - 1) * frameBytes);
    window.at += frames.length;
    this.#slot += count;
    this.#frames += count;
    const instantsNs = this.#instantsNs;
    return this.#faults.split({ count, frames, requestNs: instantsNs, replyNs: instantsNs, events: [] });
  }

  /** Goes on to the next frame behind bytes that are none; false where there is none. */
  async *#bridge(frames: 0 | 1): AsyncGenerator<FrameBlock, boolean> {
    const { window } = this;
    const { frameBytes } = this.board;
    const { next, previousTouched, nextTouched } = await this.#sync.seam(frames, this.#last);
    const front = window.at;
    const startNs = this.#instantNs(Math.max(0, this.#slot + frames - (previousTouched ? 2 : 1)));
    if (frames === 1 && !previousTouched) yield* this.#take(1);
    else this.#slot += frames;
    const from = window.offset;
    if (next === null) {
      if (window.available >= frameBytes) {
        this.#unreadable.add(window.available, from);
        window.at += window.available;
      }
      return false;
    }
    const between = window.bytes.subarray(
      front + frames * frameBytes,
      front + Math.max(next, frames * frameBytes),
    );
    // What somebody wrote between the frames took none of their time.
    const passedBytes = next - frames * frameBytes - textBytes(between);
    this.#slot += Math.round(passedBytes / frameBytes) + (nextTouched ? 1 : 0);
    window.at = front + next + (nextTouched ? frameBytes : 0);
    const bytes = window.offset - from;
    this.#unreadable.add(bytes, from);
    const endNs = this.#instantNs(this.#slot);
    yield eventBlock([{ type: 'fault', kind: 'unreadable', startNs, endNs, bytesDropped: bytes }]);
    return true;
  }

  /** Whole µs, so that the CSV's `time_s` is n / rate rounded once. */
  #instantNs(n: number): number {
    return Math.round((n * 1e6) / this.rateHz) * 1000;
  }

  #remark(): void {
    const { input, available, offset } = this.window;
    const { frameBytes, product } = this.board;
    const warn = (code: WarningCode, message: string) =>
      this.#warnings.push({ code, message: `${input.name}${message}` });
    if (input.fault !== null)
      warn('capture-damaged', `: ${input.fault} behind ${plural(this.#frames, 'frame')}; those are used`);
    else if (available > 0)
      warn(
        'partial-frame',
        ` ends inside a frame: ${available} of ${frameBytes} bytes from byte ${offset} on are not used`,
      );
    const [doubtful, unreadable] = [this.#doubtful, this.#unreadable];
    if (unreadable.times > 0)
      warn(
        'unreadable',
        `: ${plural(unreadable.amount, 'byte')} in ${plural(unreadable.times, 'place')} are no whole ${product} frames and ` +
          `are left out, the first at byte ${unreadable.firstByte}: ${plural(this.#slot - this.#frames, 'frame')} lost`,
      );
    if (doubtful.times > 0)
      warn(
        'implausible-frames',
        `: ${doubtful.amount} of ${plural(this.#frames, 'frame')} contradict themselves as ${product} frames, ` +
          `the first at byte ${doubtful.firstByte}: is it a dump of whole ${frameBytes}-byte frames?`,
      );
  }
}

/** How much of something there was, in how many places, and where first. */
class Tally {
  amount = 0;
  times = 0;
  firstByte = 0;

  add(amount: number, byte: number): void {
    if (this.times++ === 0) this.firstByte = byte;
    this.amount += amount;
  }
}

/** How many of these bytes are text: runs of printable characters that no reading is likely to be. */
const textBytes = (bytes: Uint8Array): number =>
  (
    Buffer.from(bytes)
      .toString('latin1')
      .match(/[\t\n\r -~]{8,}\0?/g) ?? []
  ).join('').length;
