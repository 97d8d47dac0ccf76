import type { FrameBlock, RecordingEvent, Warning } from '../block.js';
import type { Instrument } from '../board/board.js';
import { inputError } from '../errors.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import { openByteInput } from './byte-input.js';
import { ByteWindow } from './byte-window.js';
import {
  BlockKind,
  blockHeadBytes,
  blockMarker,
  checksumBytes,
  maxPayloadBytes,
  narrowInstantBytes,
  wideInstantBytes,
} from './format.js';
import { boardOf } from './header.js';
import { isTornBlock, parseJson, readHeaderJson, wholeBlockBytes } from './parts.js';

/** What checking candidates may cost while looking for a whole block behind a broken one. */
const searchBytes = 2 * (maxPayloadBytes + blockHeadBytes + checksumBytes);

/**
 * Opens a capture, checks its header, and stands before its first block.
 * @param path a file, `-` for standard input; gzip is told by its content
 * @throws UserError (badInput) where it is no capture, of a newer format, or of a board that is not known
 */
export async function openCapture(path: string): Promise<CaptureReader> {
  const input = await openByteInput(path);
  try {
    return await readCapture(new ByteWindow(input));
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** As `openCapture`, of an input that is open and stands at its first byte. */
export async function readCapture(window: ByteWindow): Promise<CaptureReader> {
  const { name } = window.input;
  const { captureHeaderSchema, captureEventSchema, issueText } = await import('../schema/capture-header.js');
  const parsed = captureHeaderSchema.safeParse(await readHeaderJson(window));
  if (!parsed.success) throw inputError(`${name}: its header is wrong at ${issueText(parsed.error)}`);
  const parseEvent = (json: unknown) => captureEventSchema.safeParse(json).data;
  return new CaptureReader(window, parsed.data, boardOf(parsed.data, name), parseEvent);
}

export class CaptureReader {
  /** What is wrong with it, known once `blocks` has ended: `capture-cut`, `capture-damaged` or `bytes-behind`. */
  problem: Warning | null = null;
  /** Whether that is no more than a torn end: what stands behind the last whole block is a part of one, NULs, or both. */
  tornEnd = false;
  /** Where the last whole block ends, in bytes of the (uncompressed) capture. */
  wholeBytes: number;
  readonly #frameBytes: number;
  #requestNs = new Float64Array(0);
  #replyNs = new Float64Array(0);

  constructor(
    readonly window: ByteWindow,
    readonly header: CaptureHeader,
    readonly board: Instrument,
    readonly parseEvent: (json: unknown) => RecordingEvent | undefined,
  ) {
    this.#frameBytes = board.frameBytes;
    this.wholeBytes = window.offset;
  }

  get name(): string {
    return this.window.input.name;
  }

  /**
   * The capture's blocks in order, each as it was written: frames without events, or one event. A block is a
   * view, valid until the next is asked for. Ends before the first block that is not whole.
   */
  async *blocks(): AsyncGenerator<FrameBlock> {
    const { window } = this;
    let ended = false;
    while (await window.ensure(1)) {
      if (ended) {
        await this.#passBehindEnd();
        return;
      }
      const size = await wholeBlockBytes(window);
      const block = size > 0 ? this.#decode(size) : undefined;
      if (block === undefined) {
        await this.#diagnose();
        return;
      }
      window.at += size;
      this.wholeBytes = window.offset;
      if (block === null) continue;
      ended = block.events.some((event) => event.type === 'end');
      yield block;
    }
    const { fault, tear } = window.input;
    if (fault !== null) this.problem = this.#damaged(fault);
    else if (!ended) this.problem = this.#cut();
    else if (tear?.kind === 'behind') this.problem = this.#behind(tear.what);
    this.tornEnd = this.problem !== null;
  }

  close(): Promise<void> {
    return this.window.input.close();
  }

  /** The block at the window's front; null for a kind that a later powerlog added, undefined for nonsense. */
  #decode(size: number): FrameBlock | null | undefined {
    const { bytes, view, at } = this.window;
    const kind = view.getUint16(at + 4, true);
    const count = view.getUint16(at + 6, true);
    const payload = bytes.subarray(at + blockHeadBytes, at + size - checksumBytes);
    switch (kind) {
      case BlockKind.frames:
        return this.#decodeFrames(payload, count, narrowInstantBytes);
      case BlockKind.wideFrames:
        return this.#decodeFrames(payload, count, wideInstantBytes);
      case BlockKind.event:
        return this.#decodeEvent(payload);
      default:
        return null;
    }
  }

  #decodeFrames(payload: Uint8Array, count: number, instantBytes: number): FrameBlock | undefined {
    if (count === 0 || payload.length !== count * (instantBytes + this.#frameBytes)) return undefined;
    if (this.#requestNs.length < count) {
      this.#requestNs = new Float64Array(count);
      this.#replyNs = new Float64Array(count);
    }
    const { view, at } = this.window;
    const requestNs = this.#requestNs;
    const replyNs = this.#replyNs;
    const baseNs = Number(view.getBigInt64(at + 8, true));
    let next = at + blockHeadBytes;
    if (instantBytes === narrowInstantBytes)
      for (let row = 0; row < count; row++, next += narrowInstantBytes) {
        const request = baseNs + view.getUint32(next, true);
        requestNs[row] = request;
        replyNs[row] = request + view.getUint32(next + 4, true);
      }
    else
      for (let row = 0; row < count; row++, next += wideInstantBytes) {
        const request = baseNs + Number(view.getBigInt64(next, true));
        requestNs[row] = request;
        replyNs[row] = request + Number(view.getBigInt64(next + 8, true));
      }
    return { count, frames: payload.subarray(count * instantBytes), requestNs, replyNs, events: [] };
  }

  #decodeEvent(payload: Uint8Array): FrameBlock | undefined {
    const event = this.parseEvent(parseJson(payload));
    if (!event) return undefined;
    const frames = payload.subarray(0, 0);
    return { count: 0, frames, requestNs: this.#requestNs, replyNs: this.#replyNs, events: [event] };
  }

  /**
   * Says what the block at the window's front is: a torn tail where nothing whole follows within the length of
   * a block, otherwise damage in the middle.
   */
  async #diagnose(): Promise<void> {
    const { window } = this;
    const more = await window.ensure(searchBytes);
    const rest = window.bytes.subarray(window.at, window.at + window.available);
    // What compressed data gives where it breaks may be anything.
    const torn = !more && (window.input.tear !== null || isTornBlock(rest));
    let budget = searchBytes * 4;
    let follows = more;
    while (!follows && budget > 0 && (await window.ensure(2))) {
      const next = window.bytes.subarray(window.at + 1, window.at + window.available);
      const found = Buffer.from(next.buffer, next.byteOffset, next.length).indexOf(blockMarker);
      if (found < 0) break;
      window.at += 1 + found;
      budget -= window.available;
      follows = (await wholeBlockBytes(window)) > 0;
    }
    if (window.input.fault !== null) this.problem = this.#damaged(window.input.fault);
    else this.problem = follows ? this.#damaged('a broken block, with more behind it') : this.#cut();
    this.tornEnd = torn && !follows;
  }

  /** NULs behind the end, which a power loss leaves, are nothing, nor is what gzip makes of one; all else is damage. */
  async #passBehindEnd(): Promise<void> {
    const { window } = this;
    while (await window.ensure(1)) {
      if (window.input.compressed) await window.ensure(searchBytes);
      const rest = window.bytes.subarray(window.at, window.at + window.available);
      const { tear } = window.input;
      const sure =
        tear?.kind === 'cut' ? rest.subarray(0, Math.max(0, tear.sureBytes - window.offset)) : rest;
      if (sure.some((byte) => byte !== 0)) {
        this.problem = this.#damaged('bytes follow its end, and are not used');
        return;
      }
      window.at += rest.length;
    }
    this.problem = this.#behind(`NULs behind its end, from byte ${this.wholeBytes} on`);
    this.tornEnd = true;
  }

  #behind(what: string): Warning {
    return { code: 'bytes-behind', message: `${this.name}: ${what}, not used; the capture is whole` };
  }

  #cut(): Warning {
    return {
      code: 'capture-cut',
      message: `${this.name} was cut off: nothing whole follows byte ${this.wholeBytes}; all before it is used`,
    };
  }

  #damaged(what: string): Warning {
    return {
      code: 'capture-damaged',
      message: `${this.name} is damaged at byte ${this.wholeBytes}: ${what}; all before it is whole`,
    };
  }
}
