import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Instrument } from '../../board/board.js';
import { type ByteInput, openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import type { CaptureHeader } from '../../schema/capture-header.js';
import type { FrameBlock } from '../../stream/frame-block.js';
import { BlockDecoder, type ParseEvent } from '../block-decoder.js';
import {
  BlockKind,
  blockHeadBytes,
  blockMarker,
  checksumBytes,
  magic,
  narrowInstantBytes,
} from '../format.js';
import { readCapture } from '../open.js';
import { nextPlace, standsAt, wholeBlockBytes, wholePreambleBytes } from '../parts.js';
import type { CaptureReader } from '../reader.js';

/** One of the recordings that a file may hold, its blocks from one byte up to another. */
export interface SeekPart {
  readonly fromByte: number;
  readonly toByte: number;
  /** Its instant 0 on the time axis of the first. */
  readonly startNs: number;
}

interface Found {
  readonly at: number;
  /** Of its first frame, in its own recording's time. */
  readonly baseNs: number;
}

/** A whole block and what stands before it: what is looked at in one place. */
const probeBytes = 256 << 10;
/** Where to look, from where a block would be were the samples even; NaN: in the middle, so that each round halves what is left. */
const besideBytes = [Number.NaN, -0.6 * probeBytes, 0.25 * probeBytes] as const;
/** One request looks for the same instants more than once. */
const mostFound = 64;

/** Finds any instant of a capture on a disk by bisecting on the heads of its blocks, which each tell an instant. */
export class CaptureSeeker {
  #parts: readonly SeekPart[];
  readonly #file: number;
  readonly #name: string;
  readonly header: CaptureHeader;
  readonly board: Instrument;
  readonly #parseEvent: ParseEvent;
  readonly #found = new Map<string, Found>();
  /** Memory of what has been read through. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  private constructor(file: number, sizeBytes: number, reader: CaptureReader, parseEvent: ParseEvent) {
    this.#file = file;
    this.#name = reader.name;
    this.header = reader.header;
    this.board = reader.board;
    this.#parseEvent = parseEvent;
    this.#parts = [{ fromByte: reader.wholeBytes, toByte: sizeBytes, startNs: 0 }];
  }

  /** The one of the file's first header, until it is known that there are more. */
  get parts(): readonly SeekPart[] {
    return this.#parts;
  }

  set parts(parts: readonly SeekPart[]) {
    this.#parts = parts;
    this.#found.clear();
  }

  /** Null where there is nothing to seek in: what is compressed, and what is no capture. @throws UserError (badInput) */
  static async open(path: string): Promise<CaptureSeeker | null> {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) return null;
    const input = await openByteInput(path);
    try {
      const window = new ByteWindow(input);
      await window.ensure(magic.length);
      if (input.compressed || !standsAt(window, magic)) return null;
      const reader = await readCapture(window);
      const { readCaptureEvent } = await import('../../schema/capture-event.js');
      const file = openSync(path, 'r');
      return new CaptureSeeker(file, fstatSync(file).size, reader, readCaptureEvent);
    } finally {
      await input.close();
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** How many samples there are between two instants at most, to a block or two. */
  async samplesBetween(fromNs: number, toNs: number): Promise<number> {
    let bytes = 0;
    for (const part of this.parts) {
      const end = await this.#lastUpTo(part, toNs - part.startNs);
      const begin = await this.#lastUpTo(part, fromNs - part.startNs);
      bytes += end.at - begin.at + probeBytes;
    }
    return bytes / (this.board.frameBytes + narrowInstantBytes);
  }

  /** The blocks of frames from the last that begins at or before an instant, on the time axis of the first recording; each is lent until the next. */
  async *framesFrom(fromNs: number): AsyncGenerator<FrameBlock> {
    const last = this.parts.findLastIndex(({ startNs }) => startNs <= fromNs);
    for (const part of this.parts.slice(Math.max(last, 0))) {
      const { at } = await this.#lastUpTo(part, fromNs - part.startNs);
      yield* this.#framesOf(part, at);
    }
  }

  async *#framesOf({ toByte, startNs }: SeekPart, fromByte: number): AsyncGenerator<FrameBlock> {
    const memory = this.#takeMemory();
    try {
      const window = this.#windowAt(fromByte, toByte, memory);
      const decoder = new BlockDecoder(window, this.board.frameBytes, this.#parseEvent);
      for (;;) {
        const size = await wholeBlockBytes(window);
        if (size === 0) return;
        const kind = window.view.getUint16(window.at + 4, true);
        if (kind === BlockKind.frames || kind === BlockKind.wideFrames) {
          const block = decoder.decode(size, startNs);
          if (!block) return;
          yield block;
        }
        window.at += size;
      }
    } finally {
      this.#spare.push(memory);
    }
  }

  /**
   * The last block of frames of a part that begins at or before an instant of its own; its first where none does. Looked for
   * in the middle, and then close before and close behind where it would be were the samples even, by turns.
   */
  async #lastUpTo({ fromByte, toByte }: SeekPart, ns: number): Promise<Found> {
    const key = `${fromByte} ${ns}`;
    const known = this.#found.get(key);
    if (known) return known;
    let low: Found = { at: fromByte, baseNs: 0 };
    let [high, highNs] = [ns > 0 ? toByte : fromByte, Number.NaN];
    for (let step = 0; high - low.at > probeBytes; step++) {
      const bytesPerNs =
        highNs > low.baseNs ? (high - low.at) / (highNs - low.baseNs) : (low.at - fromByte) / low.baseNs;
      const even = low.at + (ns - low.baseNs) * bytesPerNs + besideBytes[step % besideBytes.length]!;
      const guess = Number.isNaN(even) ? (low.at + high - probeBytes) / 2 : even;
      const at = Math.floor(Math.min(Math.max(guess, low.at + probeBytes / 4), high - probeBytes / 4));
      const found = await this.#nextFrames(at, high);
      if (found && found.baseNs <= ns) low = found;
      else {
        high = at;
        highNs = found?.baseNs ?? highNs;
      }
    }
    for (let next: Found | null = low; next; next = await this.#nextFrames(next.at + 1, high)) {
      if (next.baseNs > ns) break;
      low = next;
    }
    if (this.#found.size >= mostFound) this.#found.clear();
    this.#found.set(key, low);
    return low;
  }

  /** The first whole block of frames that begins at a byte or behind it. */
  async #nextFrames(fromByte: number, beforeByte: number): Promise<Found | null> {
    const memory = this.#takeMemory();
    try {
      return await this.#nextFramesIn(
        this.#windowAt(fromByte, this.parts.at(-1)!.toByte, memory),
        fromByte,
        beforeByte,
      );
    } finally {
      this.#spare.push(memory);
    }
  }

  async #nextFramesIn(window: ByteWindow, fromByte: number, beforeByte: number): Promise<Found | null> {
    while (fromByte + window.offset < beforeByte && (await window.ensure(blockHeadBytes))) {
      const size = standsAt(window, blockMarker) ? await wholeBlockBytes(window) : 0;
      if (size > 0) {
        const kind = window.view.getUint16(window.at + 4, true);
        if (kind === BlockKind.frames || kind === BlockKind.wideFrames)
          return {
            at: fromByte + window.offset,
            baseNs: Number(window.view.getBigInt64(window.at + 8, true)),
          };
        window.at += size;
        continue;
      }
      if (standsAt(window, magic) && (await wholePreambleBytes(window)) > 0) return null;
      const next = nextPlace(window);
      // A marker may lie across the end of what is there.
      window.at += next < 0 ? Math.max(1, window.available - checksumBytes) : 1 + next;
    }
    return null;
  }

  #takeMemory(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(probeBytes);
  }

  #windowAt(fromByte: number, toByte: number, memory: Uint8Array<ArrayBuffer>): ByteWindow {
    let at = fromByte;
    const file = this.#file;
    const input: ByteInput = {
      ...{ name: this.#name, compressed: false, fault: null, tear: null },
      async read(into) {
        const got = readSync(file, into, 0, Math.min(into.length, toByte - at), at);
        at += got;
        return got;
      },
      async close() {},
    };
    return new ByteWindow(input, memory);
  }
}
