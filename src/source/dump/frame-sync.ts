import type { Board } from '../../board/board.js';
import {
  type FrameCheck,
  makeContradictionCount,
  makeRailsOnCount,
  makeSupplyCheck,
} from '../../board/check.js';
import { makeFrameDecoder, newColumn } from '../../board/frame.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { touchedBy } from './frame-seam.js';

/** A frame of which more of the rails contradict themselves is none. */
const contradictingShare = 0.25;
/** So many rails at their voltage, and none that contradicts itself: no frame that is read at a wrong place has that. */
const convincingRails = 2;
/** A board's supply stays within this of what it was. */
const supplyTolerance = 0.2;
/** A probe or a fan that reads further than this from what it read a frame before or later was not read there. */
const readingTolerance = { share: 0.25, counts: 16 };
/** No further than this is a frame looked for. */
const searchBytes = 16 << 20;

/** Where the next frame begins behind a break, and which of the frames around it the break touches. */
interface Seam {
  /** Bytes behind the window's front; null where no frame follows. */
  readonly next: number | null;
  readonly previousTouched: boolean;
  readonly nextTouched: boolean;
}

/** Finds frames in bytes that nothing frames, by what a reading must be. */
export class FrameSync {
  /** Of the frame before, mV; null before the first. */
  supplyMv: number | null = null;
  /** Null where the board tells no supply of its own. */
  readonly #supply: number | null;
  readonly #isSupplied: FrameCheck;
  readonly #mostContradictions: number;
  readonly #contradictions: (view: DataView, at: number) => number;
  readonly #railsAtVoltage: (view: DataView, at: number) => number;

  constructor(
    readonly window: ByteWindow,
    readonly board: Board,
  ) {
    this.#supply = board.ownSupply === null ? null : board.fields[board.ownSupply]!.offset;
    this.#isSupplied = makeSupplyCheck(board);
    this.#mostContradictions = Math.floor((board.rails.length + board.wires.length) * contradictingShare);
    this.#contradictions = makeContradictionCount(board);
    this.#railsAtVoltage = makeRailsOnCount(board);
  }

  /** Whether the bytes at a place behind the window's front, all there, can be a reading. */
  isFrame(offset: number, supplyMv = this.supplyMv): boolean {
    const { view, at } = this.window;
    if (!this.#isSupplied(view, at + offset)) return false;
    const mv = this.supplyAt(offset);
    if (mv !== null && supplyMv !== null && Math.abs(mv / supplyMv - 1) > supplyTolerance) return false;
    return this.#contradictions(view, at + offset) <= this.#mostContradictions;
  }

  supplyAt(offset: number): number | null {
    if (this.#supply === null) return null;
    return this.window.view.getUint16(this.window.at + offset + this.#supply, true);
  }

  /** The first place from `offset` on where a frame begins that another follows, or the input's end, or that needs none; null for none. */
  async find(offset: number): Promise<number | null> {
    const found = await this.#find(offset, this.supplyMv);
    return found === null && this.supplyMv !== null ? this.#find(offset, null) : found;
  }

  async #find(offset: number, supplyMv: number | null): Promise<number | null> {
    const { window } = this;
    const { frameBytes } = this.board;
    for (let place = offset; place < searchBytes; place++) {
      if (window.available < place + 2 * frameBytes) await window.ensure(2 * (place + 2 * frameBytes));
      if (window.available < place + frameBytes) return null;
      if (!this.isFrame(place, supplyMv)) continue;
      if (window.available < place + 2 * frameBytes || this.#isFollowed(place, supplyMv)) return place;
      if (this.#convinces(place)) return place;
    }
    return null;
  }

  #isFollowed(place: number, supplyMv = this.supplyMv): boolean {
    const { frameBytes } = this.board;
    return this.window.available >= place + 2 * frameBytes && this.isFrame(place + frameBytes, supplyMv);
  }

  /** Whether a frame ends where the next one begins, or the input does. */
  #endsAt(place: number): boolean {
    return this.window.available < place + 2 * this.board.frameBytes || this.#isFollowed(place, null);
  }

  /** Whether a frame is one whatever stands behind it: something between all frames, or a frame that lost a byte. */
  #convinces(place: number): boolean {
    const { view, at } = this.window;
    return this.#agrees(place) && this.#railsAtVoltage(view, at + place) >= convincingRails;
  }

  #agrees(place: number): boolean {
    return this.#contradictions(this.window.view, this.window.at + place) === 0;
  }

  /**
   * Looks for the next frame behind a break. The front of the window is a frame where `frames` is 1, otherwise the break.
   * @param earlier The frame before, where there is one
   */
  async seam(frames: 0 | 1, earlier: Uint8Array | null): Promise<Seam> {
    const { frameBytes } = this.board;
    const next = await this.find(frames);
    const zone = this.#bytes(0, next === null ? this.window.available : next + frameBytes);
    const first = frames === 1 ? this.#bytes(0, frameBytes) : null;
    const second = next === null ? null : this.#bytes(next, frameBytes);
    const behind = next === null ? 0 : next + frameBytes;
    const later = next !== null && this.#isFollowed(next, null) ? this.#bytes(behind, frameBytes) : null;
    // One that may be broken too makes what is held against it look as though it were: better than it is the one before.
    const whole = later !== null && this.#agrees(behind) && this.#endsAt(behind) ? later : null;
    const [firstLike, secondLike] = [earlier ?? later ?? second, whole ?? earlier ?? later ?? first];
    const expected = [
      ...(first && firstLike ? [firstLike] : []),
      ...(second && secondLike ? [secondLike] : []),
    ];
    const boundary = expected.length === 2 || second === null ? frames * frameBytes : 0;
    const touched = touchedBy(zone, expected, boundary, frameBytes);
    const slipped = next !== null && next % frameBytes !== 0;
    const doubtful = (offset: number) => slipped && !this.#agrees(offset);
    return {
      next,
      previousTouched:
        first !== null && (touched.previous || doubtful(0) || this.#standsOut(first, firstLike)),
      // One that nothing follows is looked at again, as the frame before what comes.
      nextTouched:
        second !== null &&
        this.#endsAt(next!) &&
        (touched.next || doubtful(next!) || this.#standsOut(second, secondLike)),
    };
  }

  /** Whether a reading beside the rails is far from what it is in another frame nearby. */
  #standsOut(frame: Uint8Array, other: Uint8Array | null): boolean {
    if (!other) return false;
    const { fields, rails, wires } = this.board;
    const checked = new Set(
      [...rails, ...wires].flatMap(({ voltage, current, power }) => [voltage, current, power]),
    );
    const [ones, others] = [this.#decoded(frame), this.#decoded(other)];
    const { share, counts } = readingTolerance;
    return ones.some((value, index) => {
      const usual = others[index]!;
      return (
        !checked.has(index) &&
        fields[index]!.type !== 'uint64' &&
        Math.abs(value - usual) > Math.max(counts, share * Math.abs(usual))
      );
    });
  }

  #decoded(frame: Uint8Array): number[] {
    const columns = this.board.fields.map((field) => newColumn(field, 1));
    makeFrameDecoder(this.board)(frame, 1, columns);
    return columns.map((column) => column[0]!);
  }

  #bytes(offset: number, length: number): Uint8Array {
    const from = this.window.at + offset;
    return this.window.bytes.subarray(from, from + length);
  }
}
