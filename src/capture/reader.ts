import type { Instrument } from '../board/board.js';
import { errorText } from '../errors.js';
import type { GzipTear } from '../file/byte-input.js';
import type { ByteWindow } from '../file/byte-window.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import type { Warning } from '../stream/warning.js';
import { BlockDecoder, lastInstantNs, type ParseEvent } from './block-decoder.js';
import { blockHeadBytes, checksumBytes, magic, maxPayloadBytes } from './format.js';
import { joinBehind, type Part } from './join.js';
import {
  captureIn,
  endsInPreamble,
  isTornBlock,
  nextPlace,
  standsAt,
  wholeBlockBytes,
  wholePreambleBytes,
} from './parts.js';
import { behindEnd, cutOff, damaged, joinedAt, leftOut, skipped, uncompressed } from './remarks.js';

/** What checking candidates may cost while looking for a whole block behind a broken one. */
const searchBytes = 2 * (maxPayloadBytes + blockHeadBytes + checksumBytes);

/**
 * Reads a capture, and those that were joined to it (`cat a.plog b.plog`): what follows the first is set on its time axis
 * by the clocks of both, with the silence between as a fault, `joined`. What cannot be joined is left, and said.
 */
export class CaptureReader {
  /** What is wrong with it, known once `blocks` has ended. */
  problem: Warning | null = null;
  /** Whether that is no more than a torn end: what stands behind the last whole block is a part of one, NULs, or both. */
  tornEnd = false;
  /** Where the last whole block ends, in bytes of the (uncompressed) capture. */
  wholeBytes: number;
  readonly #decoder: BlockDecoder;
  /** What is to be said of joined recordings. */
  readonly #joins: Warning[] = [];
  #part: Part;
  /** Where what has been read ends on the time axis. */
  #endNs = 0;

  constructor(
    readonly window: ByteWindow,
    readonly header: CaptureHeader,
    readonly board: Instrument,
    /** Reads the preamble at the window's front. */
    readonly readHeader: () => Promise<CaptureHeader>,
    parseEvent: ParseEvent,
  ) {
    this.#decoder = new BlockDecoder(window, board.frameBytes, parseEvent);
    this.wholeBytes = window.offset;
    this.#part = { startNs: 0, reason: null, byte: 0, samples: 0, ended: false };
  }

  get name(): string {
    return this.window.input.name;
  }

  /** Instant 0 of the recording that the file ends with, on the time axis. */
  get lastStartNs(): number {
    return this.#part.startNs;
  }

  /** What is to be said of what has been read so far, beside its problem: that recordings were joined, and what was skipped. */
  get remarks(): readonly Warning[] {
    const { skipped: unknown, skippedOthers } = this.#decoder;
    return unknown.size > 0 ? [...this.#joins, skipped(this.name, unknown, skippedOthers)] : this.#joins;
  }

  warnings(): readonly Warning[] {
    return this.problem ? [...this.remarks, this.problem] : this.remarks;
  }

  /**
   * The capture's blocks in order, each as it was written: frames without events, or one event. A block is a
   * view, valid until the next is asked for. Ends before the first block that is not whole; an `end` is the last.
   */
  async *blocks(): AsyncGenerator<FrameBlock> {
    const { window } = this;
    let end: FrameBlock | undefined;
    while (await window.ensure(1)) {
      if (await endsInPreamble(window)) {
        this.#tellTornPreamble();
        break;
      }
      if ((await window.ensure(magic.length)) && standsAt(window, magic)) {
        const wasEnd = this.#endNs;
        if (!(await this.#beginPart())) break;
        if (this.#part.reason === null) {
          end = undefined;
          const { startNs } = this.#part;
          yield eventBlock([{ type: 'fault', kind: 'joined', startNs: wasEnd, endNs: startNs }]);
        }
        continue;
      }
      if (this.#part.ended) {
        await this.#passBehindEnd();
        break;
      }
      const size = await wholeBlockBytes(window);
      const block = size > 0 ? this.#decoder.decode(size, this.#part.startNs) : undefined;
      if (block === undefined) {
        if (await this.#diagnose()) continue;
        break;
      }
      window.at += size;
      this.wholeBytes = window.offset;
      if (block === null) continue;
      const isEnd = block.events.some((event) => event.type === 'end');
      this.#part.samples += block.count;
      this.#part.ended ||= isEnd;
      if (this.#part.reason !== null) continue;
      this.#endNs = Math.max(this.#endNs, lastInstantNs(block));
      if (isEnd) end = block;
      else yield block;
    }
    if (this.problem === null) this.#judgeEnd();
    this.#tellLeft();
    if (end) yield end;
  }

  close(): Promise<void> {
    return this.window.input.close();
  }

  /** Reads the preamble at the window's front; false where it is not one. */
  async #beginPart(): Promise<boolean> {
    const byte = this.window.offset;
    let header: CaptureHeader;
    try {
      header = await this.readHeader();
    } catch (error) {
      this.problem = this.#damaged(`another capture follows, and is not used (${errorText(error)})`);
      return false;
    }
    if (!this.#part.ended) this.#joins.push(this.#cut());
    this.#tellLeft();
    const joined = joinBehind(this.header, this.#endNs, header);
    const reason = 'reason' in joined ? joined.reason : null;
    const startNs = 'reason' in joined ? this.#endNs : joined.startNs;
    this.#part = { startNs, reason, byte, samples: 0, ended: false };
    this.wholeBytes = this.window.offset;
    if (reason === null) this.#joins.push(joinedAt(this.name, byte, startNs - this.#endNs));
    return true;
  }

  #tellLeft(): void {
    if (this.#part.reason !== null) this.#joins.push(leftOut(this.name, this.#part));
  }

  /**
   * Says what the block at the window's front is: a torn tail where nothing whole follows within the length of
   * a block, otherwise damage in the middle. True where another capture follows, which the window then stands before.
   */
  async #diagnose(): Promise<boolean> {
    const { window } = this;
    const more = await window.ensure(searchBytes);
    const rest = window.bytes.subarray(window.at, window.at + window.available);
    // What compressed data gives where it breaks may be anything.
    const torn = !more && (window.input.tear !== null || isTornBlock(rest));
    let budget = searchBytes * 4;
    let follows = false;
    while (!follows && budget > 0 && (await window.ensure(2))) {
      const found = nextPlace(window);
      if (found < 0) break;
      window.at += 1 + found;
      budget -= window.available;
      if ((await wholePreambleBytes(window)) > 0) return true;
      follows = (await wholeBlockBytes(window)) > 0;
    }
    if (window.input.fault !== null) this.problem = this.#damaged(window.input.fault);
    else this.problem = follows || more ? this.#damaged('a broken block, with more behind it') : this.#cut();
    this.tornEnd = torn && !follows && this.#part.reason === null;
    return false;
  }

  /** Looks at an input that is over, and at how compressed data ends. */
  #judgeEnd(): void {
    const { fault, tear } = this.window.input;
    if (fault !== null) this.problem = this.#damaged(fault);
    else if (!this.#part.ended) this.problem = this.#cut();
    else if (tear?.kind === 'behind') this.problem = this.#judgeBehind(tear);
    this.tornEnd =
      this.problem !== null && this.problem.code !== 'capture-left' && this.#part.reason === null;
  }

  /** What stands uncompressed behind a compressed capture may be another. */
  #judgeBehind({ what, behind }: GzipTear): Warning {
    const at = behind === null ? -1 : captureIn(behind.bytes);
    return at < 0 ? behindEnd(this.name, what) : uncompressed(this.name, behind!.at + at);
  }

  /** Of another recording nothing but a part of its header is there: no samples are lost with it. */
  #tellTornPreamble(): void {
    const { ended, reason } = this.#part;
    this.problem = ended
      ? behindEnd(this.name, `a part of another recording's header, from byte ${this.wholeBytes} on`)
      : this.#cut();
    this.tornEnd = ended || reason === null;
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
    this.problem = behindEnd(this.name, `NULs behind its end, from byte ${this.wholeBytes} on`);
    this.tornEnd = true;
  }

  #cut(): Warning {
    if (this.#part.reason !== null) return this.#damaged('a recording that is left out was cut off there');
    return cutOff(this.name, this.wholeBytes);
  }

  #damaged(what: string): Warning {
    return damaged(this.name, this.wholeBytes, what);
  }
}
