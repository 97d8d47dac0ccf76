import { ByteLengthParser } from '@serialport/parser-byte-length';
import type { SerialPort } from 'serialport';
import { type AsyncWire, drainLimitMs, gone } from '../wire.js';

/**
 * A port read through serialport's stream. `ByteLengthParser` frames each reply; since it keeps its place for ever,
 * it is made anew whenever anything but exactly one reply came. Input between two questions is counted, and makes
 * the next reply too long, as it would on a tty.
 */
export class StreamWire implements AsyncWire {
  #parser: ByteLengthParser | undefined;
  #parserLength = 0;
  #reply: Buffer | undefined;
  /** Bytes since the last question, handed out or not. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  readonly #port: SerialPort;

  constructor(port: SerialPort) {
    this.#port = port;
    port.on('data', (chunk: Buffer) => {
      this.#pending.push(chunk);
      this.#pendingBytes += chunk.length;
      this.#parser?.write(chunk);
      this.#wake?.();
    });
    const end = () => {
      this.#closed = true;
      this.#wake?.();
    };
    port.on('close', end);
    port.on('error', end);
  }

  write(bytes: Uint8Array): number {
    if (this.#closed) return gone;
    this.#port.write(Buffer.from(bytes));
    return bytes.length;
  }

  async read(into: Buffer, length: number, limitMs: number): Promise<number> {
    this.#frameBy(length);
    await this.#until(() => this.#reply !== undefined || this.#pendingBytes > length, limitMs);
    if (this.#closed && this.#reply === undefined) return gone;
    const count = Math.min(this.#pendingBytes, into.length);
    if (this.#reply !== undefined && count === length) this.#reply.copy(into);
    else {
      Buffer.concat(this.#pending).copy(into);
      this.#parser = undefined;
    }
    this.#forget();
    return count;
  }

  async listen(into: Buffer, limitMs: number): Promise<number> {
    this.#parser = undefined;
    await this.#until(() => this.#pendingBytes > 0, limitMs);
    if (this.#closed && this.#pendingBytes === 0) return gone;
    const all = Buffer.concat(this.#pending);
    const count = all.copy(into);
    this.#forget();
    if (count < all.length) {
      this.#pending = [all.subarray(count)];
      this.#pendingBytes = all.length - count;
    }
    return count;
  }

  async drain(quietMs: number, into?: Buffer): Promise<number> {
    this.#parser = undefined;
    let total = 0;
    const startMs = performance.now();
    do {
      if (into) Buffer.concat(this.#pending).copy(into, total);
      total += this.#pendingBytes;
      this.#forget();
      await this.#until(() => this.#pendingBytes > 0, quietMs);
    } while (this.#pendingBytes > 0 && performance.now() - startMs < drainLimitMs);
    return this.#closed ? gone : total;
  }

  async sleep(ms: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 0;
  }

  #frameBy(length: number): void {
    if (this.#parser && this.#parserLength === length) return;
    const parser = new ByteLengthParser({ length });
    parser.on('data', (reply: Buffer) => {
      if (this.#parser !== parser) return;
      this.#reply = reply;
      this.#wake?.();
    });
    this.#parser = parser;
    this.#parserLength = length;
    for (const chunk of this.#pending) parser.write(chunk);
  }

  #forget(): void {
    this.#reply = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  async #until(condition: () => boolean, limitMs: number): Promise<void> {
    if (condition() || this.#closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        if (!condition() && !this.#closed) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
