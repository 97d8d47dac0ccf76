import type { RecordingEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';

/**
 * Samples on their way from the thread that takes them to the thread that writes them: one producer, one consumer,
 * fixed size, nothing allocated per sample. A full ring refuses: the producer counts what it could not keep.
 */
export class SampleRing {
  readonly #control: Int32Array;
  readonly #requestNs: Float64Array;
  readonly #replyNs: Float64Array;
  readonly #frames: Uint8Array;
  readonly #mask: number;
  /** The producer's own: a sample lies behind the head. */
  staged = false;
  /** The producer's own: the head, and how far the tail was when it was last looked at. */
  #producerHead: number;
  #tailSeen: number;

  /** Bytes of shared memory for `capacity` samples, a power of two. */
  static allocate(capacity: number, frameBytes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(headerBytes + capacity * (16 + frameBytes));
  }

  constructor(
    readonly buffer: SharedArrayBuffer,
    readonly frameBytes: number,
  ) {
    const capacity = (buffer.byteLength - headerBytes) / (16 + frameBytes);
    this.#mask = capacity - 1;
    this.#control = new Int32Array(buffer, 0, headerBytes / 4);
    this.#requestNs = new Float64Array(buffer, headerBytes, capacity);
    this.#replyNs = new Float64Array(buffer, headerBytes + capacity * 8, capacity);
    this.#frames = new Uint8Array(buffer, headerBytes + capacity * 16, capacity * frameBytes);
    this.#producerHead = this.head;
    this.#tailSeen = Atomics.load(this.#control, Slot.tail);
  }

  /** How many samples were pushed in all, modulo 2^32: a place in the stream that events refer to. */
  get head(): number {
    return Atomics.load(this.#control, Slot.head);
  }

  get stopRequested(): boolean {
    return Atomics.load(this.#control, Slot.stop) !== 0;
  }

  /** Asks the producer to end, and wakes it where it sleeps. */
  requestStop(): void {
    Atomics.store(this.#control, Slot.stop, 1);
    Atomics.notify(this.#control, Slot.stop);
  }

  /** Sleeps the producing thread; a stop request wakes it. */
  sleep(ms: number): void {
    Atomics.wait(this.#control, Slot.stop, 0, ms);
  }

  /**
   * Copies one frame of exactly `frameBytes`, which the consumer sees once it is published. False where the ring is full:
   * nothing was kept.
   */
  stage(frame: Uint8Array, requestNs: number, replyNs: number): boolean {
    const head = this.#producerHead;
    if (this.#isFull()) {
      this.#tailSeen = Atomics.load(this.#control, Slot.tail);
      if (this.#isFull()) return false;
    }
    const slot = head & this.#mask;
    this.#requestNs[slot] = requestNs;
    this.#replyNs[slot] = replyNs;
    this.#frames.set(frame, slot * this.frameBytes);
    this.staged = true;
    return true;
  }

  /** No getter: V8 calls its run-time to look a private one up, at each sample (0.5 % of this thread, by perf with Node 20). */
  #isFull(): boolean {
    return ((this.#producerHead - this.#tailSeen) | 0) > this.#mask;
  }

  /**
   * Copies a frame that begins at `at`, which the consumer sees after `show`: of many that come together, nobody has to be told
   * of each. False where the ring is full. Not beside `stage`.
   */
  append(bytes: Uint8Array, at: number, earliestNs: number, latestNs: number): boolean {
    if (this.#isFull()) {
      this.#tailSeen = Atomics.load(this.#control, Slot.tail);
      if (this.#isFull()) return false;
    }
    const slot = this.#producerHead & this.#mask;
    this.#requestNs[slot] = earliestNs;
    this.#replyNs[slot] = latestNs;
    const start = slot * this.frameBytes;
    for (let n = 0; n < this.frameBytes; n++) this.#frames[start + n] = bytes[at + n]!;
    this.#producerHead = (this.#producerHead + 1) | 0;
    return true;
  }

  /** Hands over what was appended. */
  show(): void {
    Atomics.store(this.#control, Slot.head, this.#producerHead);
  }

  /** Hands the staged sample over, where there is one. */
  publish(): void {
    if (!this.staged) return;
    this.staged = false;
    this.#producerHead = (this.#producerHead + 1) | 0;
    Atomics.store(this.#control, Slot.head, this.#producerHead);
  }

  /** Forgets the staged sample. */
  retract(): void {
    this.staged = false;
  }

  /** Whether the last frame taken was this one. */
  endsWith(frame: Uint8Array): boolean {
    const last = this.#producerHead - (this.staged ? 0 : 1);
    const start = (last & this.#mask) * this.frameBytes;
    return Buffer.compare(frame, this.#frames.subarray(start, start + this.frameBytes)) === 0;
  }

  /** The next run of at most `limit` samples, in place and up to `until`; undefined where there is none. */
  peek(limit: number, until: number): FrameBlock | undefined {
    const tail = Atomics.load(this.#control, Slot.tail);
    const start = tail & this.#mask;
    const count = Math.min((until - tail) | 0, limit, this.#mask + 1 - start);
    if (count <= 0) return undefined;
    return {
      count,
      frames: this.#frames.subarray(start * this.frameBytes, (start + count) * this.frameBytes),
      requestNs: this.#requestNs.subarray(start, start + count),
      replyNs: this.#replyNs.subarray(start, start + count),
      events: noEvents,
    };
  }

  /** Gives back the places of `count` samples that `peek` handed out. */
  release(count: number): void {
    Atomics.store(this.#control, Slot.tail, (Atomics.load(this.#control, Slot.tail) + count) | 0);
  }
}

const noEvents: readonly RecordingEvent[] = [];
const headerBytes = 64;
const Slot = { head: 0, tail: 1, stop: 2 } as const;
