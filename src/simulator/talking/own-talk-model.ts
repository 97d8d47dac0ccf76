import { checksumOf } from '../../board/checksum.js';
import { fieldTypes } from '../../board/field-type.js';
import type { StreamingBoard } from '../../board/streaming.js';
import { type FrameFeed, makeProfileFeed, type ProfileFeedOptions } from '../feed.js';

/** No more frames than these at once, so that what was slept through is not all told in one breath. */
const mostFrames = 400;

/** A board that talks as a file describes it, as its client sees it. */
export class OwnTalkModel {
  talks: boolean;
  readonly #board: StreamingBoard;
  readonly #feed: FrameFeed;
  readonly #spacingNs: number;
  readonly #frames: Uint8Array;
  readonly #view: DataView;
  /** The number of the next frame: it is taken so many spacings after the instant 0 of CLOCK_MONOTONIC. */
  #next = -1;

  constructor(board: StreamingBoard, options: ProfileFeedOptions) {
    this.#board = board;
    this.#feed = makeProfileFeed(board, options);
    this.#spacingNs = 1e9 / board.streaming.expectedHz;
    this.#frames = new Uint8Array(mostFrames * board.frameBytes);
    this.#view = new DataView(this.#frames.buffer);
    this.talks = board.streaming.start.length === 0;
  }

  /** Nothing is answered: it begins to talk, or ends; what is neither is not meant for it, except for WELCOME. */
  reply(byte: number): 'unexpected' | undefined {
    const { start, stop } = this.#board.streaming;
    if (start.includes(byte)) {
      this.talks = true;
      this.#next = -1;
    } else if (stop.includes(byte)) this.talks = false;
    else if (byte !== 0) return 'unexpected';
    return undefined;
  }

  /** The frames that were taken up to an instant and not sent yet, lent until the next call. */
  sets(nowNs: number): Uint8Array {
    const { frameBytes } = this.#board;
    if (this.#next < 0) this.#next = Math.ceil(nowNs / this.#spacingNs);
    let count = 0;
    for (; count < mostFrames && this.#next * this.#spacingNs <= nowNs; count++, this.#next++)
      this.#write(count * frameBytes, this.#next * this.#spacingNs);
    return this.#frames.subarray(0, count * frameBytes);
  }

  #write(at: number, ns: number): void {
    const { mask, pattern, checksum, stamp } = this.#board.streaming.framing;
    this.#frames.set(this.#feed.next(ns)!, at);
    for (let n = 0; n < mask.length; n++)
      this.#frames[at + n] = (this.#frames[at + n]! & ~mask[n]!) | pattern[n]!;
    if (stamp)
      fieldTypes[stamp.type].write(
        this.#view,
        at + stamp.offset,
        Math.floor(ns / stamp.unitNs) % stamp.modulo,
      );
    if (!checksum) return;
    const sum = checksumOf(checksum.kind, this.#frames, at + checksum.from, at + checksum.offset);
    this.#frames[at + checksum.offset] = sum & 0xff;
    if (sum > 0xff || checksum.kind === 'crc16-ccitt') this.#frames[at + checksum.offset + 1] = sum >> 8;
  }
}
