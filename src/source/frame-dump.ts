import type { BoardIdentity, FrameBlock, RecordingHeader, Warning } from '../block.js';
import type { Board } from '../board/board.js';
import { makeFrameCheck } from '../board/check.js';
import type { ByteWindow } from '../capture/byte-window.js';
import { defaultRailMap } from '../measure/rail-map.js';
import { plural } from '../units.js';
import { endBlock, type FinishedRecording, type RecordedFacts } from './capture.js';
import { FaultWatch } from './fault-watch.js';
import type { Source } from './source.js';

/** What a bare dump of frames does not say of itself. */
export interface DumpFacts {
  readonly board: Board;
  /** Null where nobody said; then the board's table is that of its newest. */
  readonly firmware: number | null;
  readonly rateHz: number;
}

const framesPerBlock = 512;

/** Frames one behind the other with nothing between them, as a ten-line script saves them. */
export class FrameDumpSource implements Source {
  readonly board: Board;
  readonly identity: BoardIdentity;
  /** Nobody knows where a dump comes from. */
  readonly facts: RecordedFacts = { map: defaultRailMap, host: {}, accuracy: null };

  constructor(
    readonly window: ByteWindow,
    readonly dump: DumpFacts,
  ) {
    this.board = dump.board;
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
  #stopped = false;

  constructor(
    readonly window: ByteWindow,
    readonly board: Board,
    readonly rateHz: number,
    identity: BoardIdentity,
  ) {
    this.header = { board: identity, startMonotonicNs: null, startUnixUs: null, instantsMeasured: false };
  }

  async *blocks(): AsyncGenerator<FrameBlock> {
    const { window } = this;
    const { frameBytes } = this.board;
    const agrees = makeFrameCheck(this.board);
    const faults = new FaultWatch(this.board);
    const instantsNs = new Float64Array(framesPerBlock);
    let frames = 0;
    let doubtful = 0;
    let firstDoubtful = -1;
    while (!this.#stopped) {
      await window.ensure(framesPerBlock * frameBytes);
      const count = Math.min(framesPerBlock, Math.floor(window.available / frameBytes));
      if (count === 0) break;
      for (let row = 0; row < count; row++) {
        instantsNs[row] = this.#instantNs(frames + row);
        if (agrees(window.view, window.at + row * frameBytes)) continue;
        if (doubtful++ === 0) firstDoubtful = frames + row;
      }
      const bytes = window.bytes.subarray(window.at, window.at + count * frameBytes);
      window.at += bytes.length;
      frames += count;
      yield* faults.split({ count, frames: bytes, requestNs: instantsNs, replyNs: instantsNs, events: [] });
    }
    const reason = this.#stopped ? 'stopped' : 'source-ended';
    if (!this.#stopped) this.#remark(frames, doubtful, firstDoubtful);
    yield endBlock({ type: 'end', atNs: this.#instantNs(frames), reason });
  }

  stop(): void {
    this.#stopped = true;
  }

  warnings(): readonly Warning[] {
    return this.#warnings;
  }

  /** Whole µs, so that the CSV's `time_s` is n / rate rounded once. */
  #instantNs(n: number): number {
    return Math.round((n * 1e6) / this.rateHz) * 1000;
  }

  #remark(frames: number, doubtful: number, firstDoubtful: number): void {
    const { input, available, offset } = this.window;
    const { frameBytes, product } = this.board;
    if (input.fault !== null)
      this.#warnings.push({
        code: 'capture-damaged',
        message: `${input.name}: ${input.fault} behind ${plural(frames, 'frame')}; those are used`,
      });
    else if (available > 0)
      this.#warnings.push({
        code: 'partial-frame',
        message: `${input.name} ends inside a frame: ${available} of ${frameBytes} bytes from byte ${offset} on are not used`,
      });
    if (doubtful > 0)
      this.#warnings.push({
        code: 'implausible-frames',
        message:
          `${input.name}: ${doubtful} of ${plural(frames, 'frame')} contradict themselves as ${product} frames, ` +
          `the first at byte ${firstDoubtful * frameBytes}: is it a dump of whole ${frameBytes}-byte frames?`,
      });
  }
}
