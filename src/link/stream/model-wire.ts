import type { AsyncWire } from '../wire.js';

/** A wire with a board model at its other end, for systems without pseudo-terminals. */
export class ModelWire implements AsyncWire {
  #pending: Uint8Array = new Uint8Array(0);

  readonly #reply: (requestByte: number) => Uint8Array | undefined;

  constructor(reply: (requestByte: number) => Uint8Array | undefined) {
    this.#reply = reply;
  }

  write(bytes: Uint8Array): number {
    const [requestByte = 0] = bytes;
    this.#pending = this.#reply(requestByte) ?? new Uint8Array(0);
    return bytes.length;
  }

  /** A millisecond a sample, as over USB, and time for everything else on this thread. */
  async read(into: Buffer): Promise<number> {
    await this.sleep(1);
    into.set(this.#pending);
    return this.#pending.length;
  }

  /** The models that it has at its other end are asked. */
  async listen(_: Buffer, limitMs: number): Promise<number> {
    return this.sleep(limitMs);
  }

  drain(): number {
    return 0;
  }

  async sleep(ms: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 0;
  }
}
