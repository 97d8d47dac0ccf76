import type { ByteInput } from './byte-input.js';

const windowBytes = 1 << 20;

/**
 * A window that slides over an input: whole records can be looked at in place, whatever the size of the reads
 * they came in. Asking for more may move the bytes, so a view of them holds until the next `ensure`.
 */
export class ByteWindow {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView;
  /** The next byte's place in `bytes`. */
  at = 0;
  #end = 0;
  /** Bytes of the input before `bytes[0]`. */
  #passed = 0;
  #ended = false;

  /** @param bytes what it begins with, lent until it is done with */
  constructor(
    readonly input: ByteInput,
    bytes: Uint8Array<ArrayBuffer> = new Uint8Array(windowBytes),
  ) {
    this.bytes = bytes;
    this.view = new DataView(this.bytes.buffer);
  }

  /** The next byte's place in the input. */
  get offset(): number {
    return this.#passed + this.at;
  }

  get available(): number {
    return this.#end - this.at;
  }

  /** Reads until `count` bytes are there; false where the input ends before. */
  async ensure(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    this.#makeRoom(count);
    while (this.available < count && !this.#ended) {
      const got = await this.input.read(this.bytes.subarray(this.#end));
      if (got === 0) this.#ended = true;
      this.#end += got;
    }
    return this.available >= count;
  }

  #makeRoom(count: number): void {
    const size = Math.max(this.bytes.length, count);
    const target = size > this.bytes.length ? new Uint8Array(size) : this.bytes;
    target.set(this.bytes.subarray(this.at, this.#end));
    this.#end -= this.at;
    this.#passed += this.at;
    this.at = 0;
    if (target !== this.bytes) {
      this.bytes = target;
      this.view = new DataView(target.buffer);
    }
  }
}
