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
import { type BlockHead, KnownHeads } from './known-heads.js';

/** One of the recordings that a file may hold, its blocks from one byte up to another. */
export interface SeekPart {
  readonly fromByte: number;
  readonly toByte: number;
  /** Its instant 0 on the time axis of the first. */
  readonly startNs: number;
}

/** What of the blocks from one byte on was come across on the way to an instant. */
interface Walked {
  /** The last block of frames that begins at or before it. */
  readonly low: BlockHead | null;
  /** The first that begins behind it. */
  readonly high: BlockHead | null;
  /** Up to here everything has been looked at. */
  readonly toByte: number;
}

/** Looked through in one place: blocks of the usual size to both sides of where one should be. */
const walkBytes = 384 << 10;
/** So that a block that begins there is whole. */
const windowBytes = walkBytes + (128 << 10);

/** Finds any instant of a capture on a disk by bisecting on the heads of its blocks, which each tell an instant. */
export class CaptureSeeker {
  #parts: readonly SeekPart[];
  readonly #file: number;
  readonly #name: string;
  readonly header: CaptureHeader;
  readonly board: Instrument;
  readonly #parseEvent: ParseEvent;
  /** By the first byte of their part. */
  readonly #known = new Map<number, KnownHeads>();
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
    this.#known.clear();
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

  /** How many samples there are between two instants at most, to a block. */
  async samplesBetween(fromNs: number, toNs: number): Promise<number> {
    let bytes = 0;
    for (const part of this.parts) {
      const end = await this.#lastUpTo(part, toNs - part.startNs);
      const begin = await this.#lastUpTo(part, fromNs - part.startNs);
      bytes += (end?.endsAt ?? part.fromByte) - (begin?.at ?? part.fromByte);
    }
    return bytes / (this.board.frameBytes + narrowInstantBytes);
  }

  /** The blocks of frames from the last that begins at or before an instant, on the time axis of the first recording; each is lent until the next. */
  async *framesFrom(fromNs: number): AsyncGenerator<FrameBlock> {
    const last = this.parts.findLastIndex(({ startNs }) => startNs <= fromNs);
    for (const part of this.parts.slice(Math.max(last, 0))) {
      const begin = await this.#lastUpTo(part, fromNs - part.startNs);
      yield* this.#framesOf(part, begin?.at ?? part.fromByte);
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
   * A part's last block of frames that begins at or before an instant of its own; undefined where none does. Looked for where it would
   * be were the samples even between the two nearest that are known, and at each third try in the middle, so that what is left halves
   * however uneven they are.
   */
  async #lastUpTo({ fromByte, toByte }: SeekPart, ns: number): Promise<BlockHead | undefined> {
    const known = this.#known.get(fromByte) ?? new KnownHeads();
    this.#known.set(fromByte, known);
    let [low, high] = known.around(ns);
    let [from, behind] = [low?.endsAt ?? fromByte, high?.at ?? (ns > 0 ? toByte : fromByte)];
    for (let step = 1; from < behind; step++) {
      const even = step % 3 === 0 ? Number.NaN : evenPlace(fromByte, low, high, ns);
      const middle = Number.isNaN(even) ? (from + behind) / 2 : Math.min(even, behind);
      const isRest = behind - from <= walkBytes;
      const at = isRest ? from : Math.floor(Math.max(middle - walkBytes / 2, from));
      const walked = await this.#walk(at, behind, ns);
      for (const head of [walked.low, walked.high]) if (head) known.add(head);
      low = walked.low ?? low;
      high = walked.high ?? high;
      if (!walked.low && at > from) behind = at;
      else if (walked.high) break;
      else from = walked.toByte;
    }
    return low;
  }

  /** Looks at the blocks of frames from a byte on, until one begins behind an instant, or for so many bytes. */
  async #walk(fromByte: number, beforeByte: number, ns: number): Promise<Walked> {
    const memory = this.#takeMemory();
    try {
      const window = this.#windowAt(fromByte, this.parts.at(-1)!.toByte, memory);
      let low: BlockHead | null = null;
      const until = Math.min(beforeByte, fromByte + walkBytes);
      for (;;) {
        const head = await this.#nextFrames(window, fromByte, until);
        if (head === 'over') return { low, high: null, toByte: beforeByte };
        if (!head) return { low, high: null, toByte: Math.max(until, low?.endsAt ?? 0) };
        if (head.baseNs > ns) return { low, high: head, toByte: head.at };
        low = head;
      }
    } finally {
      this.#spare.push(memory);
    }
  }

  /**
   * The first whole block of frames that begins where a window stands or behind it; the window stands behind that then. Null where none does
   * before a byte; `over` where another recording begins there.
   */
  async #nextFrames(
    window: ByteWindow,
    fromByte: number,
    beforeByte: number,
  ): Promise<BlockHead | 'over' | null> {
    while (fromByte + window.offset < beforeByte && (await window.ensure(blockHeadBytes))) {
      const size = standsAt(window, blockMarker) ? await wholeBlockBytes(window) : 0;
      if (size > 0) {
        const at = fromByte + window.offset;
        const kind = window.view.getUint16(window.at + 4, true);
        const baseNs = Number(window.view.getBigInt64(window.at + 8, true));
        window.at += size;
        if (kind === BlockKind.frames || kind === BlockKind.wideFrames)
          return { at, endsAt: at + size, baseNs };
        continue;
      }
      if (standsAt(window, magic) && (await wholePreambleBytes(window)) > 0) return 'over';
      const next = nextPlace(window);
      // A marker may lie across the end of what is there.
      window.at += next < 0 ? Math.max(1, window.available - checksumBytes) : 1 + next;
    }
    return null;
  }

  #takeMemory(): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(windowBytes);
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

/** Where an instant would be were the samples even; NaN where nothing tells. */
function evenPlace(
  fromByte: number,
  low: BlockHead | undefined,
  high: BlockHead | undefined,
  ns: number,
): number {
  if (!low) return Number.NaN;
  const bytesPerNs = high
    ? (high.at - low.at) / (high.baseNs - low.baseNs)
    : (low.at - fromByte) / low.baseNs;
  return low.at + (ns - low.baseNs) * bytesPerNs;
}
