import { fieldTypes } from '../../board/field-type.js';
import type { Framing } from '../../board/streaming.js';
import { Framer } from './framing/framer.js';
import type { Times } from './times.js';

/** Finds the frames in pieces of a stream, and what of their stamps says when they were taken. */
export class Scanner {
  readonly #framer: Framer;
  /** What may be the beginning of a frame, and what came behind it. */
  readonly #window: Buffer;
  readonly #view: DataView;
  #bytes = 0;
  /** Bytes behind the last frame that are none. */
  #dropped = 0;

  readonly #framing: Framing;

  /** @param most How many bytes a piece has at most */
  constructor(framing: Framing, most: number) {
    this.#framing = framing;
    this.#framer = new Framer(framing);
    this.#window = Buffer.alloc(most + 2 * this.#framer.frameBytes);
    this.#view = new DataView(this.#window.buffer, this.#window.byteOffset, this.#window.byteLength);
  }

  /** The first bytes of `piece` came behind those before; whether they made a frame whole. */
  scan(piece: Buffer, bytes: number, times: Times): boolean {
    piece.copy(this.#window, this.#bytes, 0, bytes);
    const end = this.#bytes + bytes;
    const { frameBytes } = this.#framer;
    const { stamp } = this.#framing;
    let from = 0;
    let isFound = false;
    for (;;) {
      const at = this.#framer.next(this.#window, from, end);
      if (at < 0) break;
      const ticks = stamp ? fieldTypes[stamp.type].read(this.#view, at + stamp.offset) : 0;
      times.take(this.#window, at, ticks, this.#dropped + at - from);
      this.#dropped = 0;
      isFound = true;
      from = at + frameBytes;
    }
    const { rest } = this.#framer;
    this.#dropped += rest - from;
    this.#window.copyWithin(0, rest, end);
    this.#framer.moved(rest);
    this.#bytes = end - rest;
    return isFound;
  }

  /** What comes next has nothing to do with what came last. How many bytes of that were in no frame. */
  forget(): number {
    const bytes = this.#bytes + this.#dropped;
    this.#framer.moved(this.#bytes);
    this.#bytes = 0;
    this.#dropped = 0;
    return bytes;
  }
}
