import type { Framing } from '../../../board/streaming.js';
import { checksumBytes, checksumOf } from './checksum.js';

/** Where fewer bits than this tell a frame, chance passes as one too often, so the next has to follow it. */
const sureBits = 32;

/**
 * Finds frames in a stream of bytes. What is a frame depends on its own bytes, and behind something lost on those of the next,
 * never on how the stream was cut, so that it may come in any pieces.
 */
export class Framer {
  /** Once `next` found none: from where on bytes may be a part of one. What lies before it is none. */
  rest = 0;
  readonly frameBytes: number;

  readonly #framing: Framing;
  readonly #isSure: boolean;
  /** Where the last frame ended: what begins there needs nobody to vouch for it. */
  #expected = -1;

  constructor(framing: Framing) {
    this.#framing = framing;
    this.frameBytes = framing.mask.length;
    let bits = framing.checksum ? 8 * checksumBytes[framing.checksum.kind] : 0;
    for (const mask of framing.mask) for (let left = mask; left > 0; left >>= 1) bits += left & 1;
    this.#isSure = bits >= sureBits;
  }

  /**
   * Where in `bytes[from … to-1]` the next whole frame begins; -1 where there is none yet. It is taken: look on behind it, or
   * after -1 from `rest` on, when there are more.
   */
  next(bytes: Uint8Array, from: number, to: number): number {
    const { frameBytes } = this;
    for (let at = from; at < to; at++) {
      const known = this.#length(bytes, at, to);
      if (known === 0) continue;
      const last = at + frameBytes;
      if (known === frameBytes && (this.#isSure || at === this.#expected)) return this.#take(at);
      // Behind its end, what is there of the next one must be one's beginning.
      if (known === frameBytes && last < to) {
        if (this.#length(bytes, last, to) === 0) continue;
        if (last + frameBytes <= to) return this.#take(at);
      }
      this.rest = at;
      return -1;
    }
    this.rest = to;
    return -1;
  }

  /** `bytes` lies otherwise now: what was at `at` is at 0. */
  moved(at: number): void {
    this.#expected -= at;
  }

  #take(at: number): number {
    this.#expected = at + this.frameBytes;
    return at;
  }

  /** How much of a frame lies at `at`: all of it, or as much as is there; 0 where it is none. */
  #length(bytes: Uint8Array, at: number, to: number): number {
    const { mask, pattern, checksum } = this.#framing;
    const there = Math.min(this.frameBytes, to - at);
    for (let n = 0; n < there; n++) if ((bytes[at + n]! & mask[n]!) !== pattern[n]!) return 0;
    if (!checksum || there < this.frameBytes) return there;
    const { kind, from, offset } = checksum;
    let told = bytes[at + offset]!;
    if (checksumBytes[kind] === 2) told |= bytes[at + offset + 1]! << 8;
    return checksumOf(kind, bytes, at + from, at + offset) === told ? there : 0;
  }
}
