import { crc32 } from '../file/crc32.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import type { RecordingEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';
import { startOf, writtenEvent } from './event-json.js';
import {
  BlockKind,
  blockHeadBytes,
  blockMarker,
  checksumBytes,
  formatVersion,
  magic,
  maxOffsetNs,
  narrowInstantBytes,
  preambleBytes,
  wideInstantBytes,
} from './format.js';

/** Half a second's worth at 1 kHz, 110 kB: small to lose, large enough that its head is nothing. */
const framesPerBlock = 512;

/** Magic, version, header and checksum: a capture's first bytes. */
export function encodePreamble(header: CaptureHeader): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(preambleBytes + json.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint16(8, formatVersion, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, preambleBytes);
  return sealed(bytes);
}

/**
 * Gathers frames into blocks and hands out each block's bytes. An event, a full block, or an instant that no
 * longer fits closes a block; `flush` does too.
 */
export class CaptureEncoder {
  readonly #frames: Uint8Array;
  readonly #requestNs = new Float64Array(framesPerBlock);
  readonly #replyNs = new Float64Array(framesPerBlock);
  #count = 0;

  constructor(
    readonly frameBytes: number,
    /** Gets the bytes of each closed block, to keep. */
    readonly emit: (block: Uint8Array) => void,
  ) {
    this.#frames = new Uint8Array(framesPerBlock * frameBytes);
  }

  /** Frames that no closed block holds yet. */
  get pending(): number {
    return this.#count;
  }

  push(block: FrameBlock): void {
    for (let row = 0; row < block.count; ) {
      const run = this.#fitting(block, row);
      if (run === 0) this.flush();
      else {
        this.#take(block, row, run);
        row += run;
      }
    }
    for (const event of block.events) {
      this.flush();
      this.emit(encodeEvent(event));
    }
  }

  /** How many frames from `row` on the block in progress can take. */
  #fitting(block: FrameBlock, row: number): number {
    const most = Math.min(block.count - row, framesPerBlock - this.#count);
    const baseNs = this.#count > 0 ? this.#requestNs[0]! : block.requestNs[row]!;
    for (let run = 0; run < most; run++) {
      const offset = block.requestNs[row + run]! - baseNs;
      if (!(offset >= 0 && offset <= maxOffsetNs)) return run;
    }
    return most;
  }

  #take(block: FrameBlock, row: number, run: number): void {
    const { frameBytes } = this;
    this.#requestNs.set(block.requestNs.subarray(row, row + run), this.#count);
    this.#replyNs.set(block.replyNs.subarray(row, row + run), this.#count);
    this.#frames.set(
      block.frames.subarray(row * frameBytes, (row + run) * frameBytes),
      this.#count * frameBytes,
    );
    this.#count += run;
  }

  /** Closes the block in progress. */
  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    let wide = false;
    for (let row = 0; row < count; row++) {
      const roundTrip = this.#replyNs[row]! - this.#requestNs[row]!;
      if (!(roundTrip >= 0 && roundTrip <= maxOffsetNs)) wide = true;
    }
    const instantBytes = wide ? wideInstantBytes : narrowInstantBytes;
    const payloadBytes = count * (instantBytes + this.frameBytes);
    const kind = wide ? BlockKind.wideFrames : BlockKind.frames;
    const bytes = openBlock(kind, count, this.#requestNs[0]!, payloadBytes);
    const view = new DataView(bytes.buffer);
    for (let row = 0, at = blockHeadBytes; row < count; row++, at += instantBytes) {
      const offset = this.#requestNs[row]! - this.#requestNs[0]!;
      const roundTrip = this.#replyNs[row]! - this.#requestNs[row]!;
      if (wide) {
        view.setBigInt64(at, BigInt(offset), true);
        view.setBigInt64(at + 8, BigInt(roundTrip), true);
      } else {
        view.setUint32(at, offset, true);
        view.setUint32(at + 4, roundTrip, true);
      }
    }
    bytes.set(this.#frames.subarray(0, count * this.frameBytes), blockHeadBytes + count * instantBytes);
    this.emit(sealed(bytes));
  }
}

/** The bytes of an event's block. */
export function encodeEvent(event: RecordingEvent): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(writtenEvent(event)));
  const bytes = openBlock(BlockKind.event, 1, startOf(event), json.length);
  bytes.set(json, blockHeadBytes);
  return sealed(bytes);
}

function openBlock(kind: number, count: number, baseNs: number, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(blockHeadBytes + payloadBytes + checksumBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(blockMarker);
  view.setUint16(4, kind, true);
  view.setUint16(6, count, true);
  view.setBigInt64(8, BigInt(Math.round(baseNs)), true);
  view.setUint32(16, payloadBytes, true);
  return bytes;
}

function sealed(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, bytes.length - checksumBytes);
  new DataView(bytes.buffer).setUint32(body.length, crc32(body), true);
  return bytes;
}
