import type { ByteWindow } from '../file/byte-window.js';
import type { UnknownEvent, WrittenEvent } from '../schema/capture-event.js';
import { eventBlock, type FrameBlock } from '../stream/frame-block.js';
import { eventOf, reachOf, shifted } from './event-json.js';
import { BlockKind, blockHeadBytes, checksumBytes, narrowInstantBytes, wideInstantBytes } from './format.js';
import { parseJson } from './parts.js';

/** Reads an event's JSON; undefined where it is none. */
export type ParseEvent = (json: unknown) => WrittenEvent | UnknownEvent | undefined;

/** What is said of what is skipped stands on one line, whatever a capture holds: so many kinds, and so many characters of each. */
const mostKinds = 4;
const longestKind = 60;

/** Decodes whole blocks. What it hands out is a view, valid until the next. */
export class BlockDecoder {
  /** What was skipped since only a later powerlog knows it, and how often: the first kinds of it. */
  readonly skipped = new Map<string, number>();
  /** How often others were. */
  skippedOthers = 0;
  #requestNs = new Float64Array(0);
  #replyNs = new Float64Array(0);

  constructor(
    readonly window: ByteWindow,
    readonly frameBytes: number,
    readonly parseEvent: ParseEvent,
  ) {}

  /**
   * The block of `size` bytes at the window's front; null for what a later powerlog added, undefined for nonsense.
   * @param startNs What is added to its instants
   */
  decode(size: number, startNs: number): FrameBlock | null | undefined {
    const { bytes, view, at } = this.window;
    const kind = view.getUint16(at + 4, true);
    const count = view.getUint16(at + 6, true);
    const payload = bytes.subarray(at + blockHeadBytes, at + size - checksumBytes);
    switch (kind) {
      case BlockKind.frames:
        return this.#decodeFrames(payload, count, narrowInstantBytes, startNs);
      case BlockKind.wideFrames:
        return this.#decodeFrames(payload, count, wideInstantBytes, startNs);
      case BlockKind.event: {
        const written = this.parseEvent(parseJson(payload));
        if (written && 'unknown' in written) return this.#skip(written.unknown);
        return (
          written &&
          eventBlock([
            shifted(
              eventOf(written, (what) => this.#skip(what)),
              startNs,
            ),
          ])
        );
      }
      default:
        return this.#skip(`block of kind ${kind}`);
    }
  }

  #skip(what: string): null {
    const name = what.length > longestKind ? `${what.slice(0, longestKind)}…` : what;
    const times = this.skipped.get(name) ?? 0;
    if (times > 0 || this.skipped.size < mostKinds) this.skipped.set(name, times + 1);
    else this.skippedOthers++;
    return null;
  }

  #decodeFrames(
    payload: Uint8Array,
    count: number,
    instantBytes: number,
    startNs: number,
  ): FrameBlock | undefined {
    if (count === 0 || payload.length !== count * (instantBytes + this.frameBytes)) return undefined;
    if (this.#requestNs.length < count) {
      this.#requestNs = new Float64Array(count);
      this.#replyNs = new Float64Array(count);
    }
    const { view, at } = this.window;
    const requestNs = this.#requestNs;
    const replyNs = this.#replyNs;
    const baseNs = startNs + Number(view.getBigInt64(at + 8, true));
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
}

/** When the last of a block was known, ns. */
export function lastInstantNs({ count, replyNs, events }: FrameBlock): number {
  const last = events.at(-1);
  if (last) return reachOf(last);
  return count > 0 ? replyNs[count - 1]! : 0;
}
