import type { Instrument } from './board.js';
import type { FieldType } from './field-type.js';

/** A counter in each frame that says when it was taken: it runs evenly, and begins again. */
export interface Stamp {
  readonly offset: number;
  readonly type: FieldType;
  /** What a step of it is worth on the instrument's clock, ns. */
  readonly unitNs: number;
  /** It counts from 0 to one less than this. */
  readonly modulo: number;
}

export const checksumKinds = ['sum8', 'xor8', 'crc8', 'crc16-ccitt'] as const;
/**
 * `sum8`, `xor8`: of the bytes. `crc8`: polynomial 0x07 from 0. `crc16-ccitt`: polynomial 0x1021 from 0xFFFF, its low byte first.
 */
export type ChecksumKind = (typeof checksumKinds)[number];

interface Checksum {
  readonly kind: ChecksumKind;
  /** Where it stands, behind all that it covers. */
  readonly offset: number;
  /** The first byte that it covers. */
  readonly from: number;
}

/** How a frame is told in a stream of bytes: by bits that are the same in each, and by a checksum where there is one. */
export interface Framing {
  /** A byte for each of a frame's: the bits that are the same in all frames. A sync word is all bits of the first bytes. */
  readonly mask: Uint8Array;
  /** What these bits are; the others are 0. */
  readonly pattern: Uint8Array;
  readonly checksum?: Checksum;
  /** Absent where a frame does not say when it was taken. */
  readonly stamp?: Stamp;
}

/** How an instrument talks by itself. */
interface Streaming {
  readonly framing: Framing;
  /** Frames a second that are expected: how much has to be kept, and no instant is ever made of it. */
  readonly expectedHz: number;
  /** How much of the spacing in front of its stamp a frame is the mean of: 1 for all of it, 0 for an instant. */
  readonly averagedShare: number;
  /** What begins and what ends its talk. */
  readonly start: Uint8Array;
  readonly stop: Uint8Array;
}

/** An instrument that is not asked but talks: plain data, which a thread can be handed. */
export interface StreamingBoard extends Instrument {
  readonly streaming: Streaming;
}

export const isStreaming = (board: Instrument): board is StreamingBoard => 'streaming' in board;

/** A framing by a sync word in front of frames of a fixed length. */
export function syncFraming(
  word: Uint8Array,
  frameBytes: number,
  more: Pick<Framing, 'checksum' | 'stamp'> = {},
): Framing {
  const pattern = new Uint8Array(frameBytes);
  pattern.set(word);
  return { mask: new Uint8Array(frameBytes).fill(0xff, 0, word.length), pattern, ...more };
}
