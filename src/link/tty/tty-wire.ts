import { closeSync, constants, openSync } from 'node:fs';
import { constants as system } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { drainLimitMs, gone, kernelWaitMs, type Wire } from '../wire.js';
import type { SystemCalls } from './system-calls.js';

/** Kept, since Node looks the global up anew at every use. */
const { performance } = globalThis;

/** A read that ends empty-handed long before the kernel's time is up means that the other end has gone. */
const hangUpMs = kernelWaitMs / 2;
const pollMs = 2;

/**
 * A tty read by blocking system calls, for a thread of its own. The port is configured already (raw, VMIN 0,
 * VTIME 1: a read waits at most 0.1 s). A second descriptor that does not block serves to look whether there is
 * input without waiting for it.
 */
export class TtyWire implements Wire {
  readonly #blocking: number;
  readonly #polled: number;
  readonly #rubbish = Buffer.alloc(4096);
  readonly #rubbishAt: number;
  readonly #request: Placed;
  readonly #reply: Placed;

  readonly #calls: SystemCalls;
  readonly #pause: (ms: number) => void;

  constructor(path: string, calls: SystemCalls, pause: (ms: number) => void) {
    this.#calls = calls;
    this.#pause = pause;
    this.#rubbishAt = calls.addressOf(this.#rubbish);
    this.#request = new Placed(calls);
    this.#reply = new Placed(calls);
    this.#blocking = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    this.#polled = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  }

  close(): void {
    closeSync(this.#blocking);
    closeSync(this.#polled);
  }

  write(bytes: Uint8Array): number {
    const from = this.#request.at(bytes);
    for (;;) {
      const done = this.#calls.write(this.#blocking, from, bytes.length);
      if (done >= 0) return done;
      if (done !== -EINTR) return goneOrThrow(done);
    }
  }

  /** A reply comes in as many pieces as the device sends: each wakes the thread once, and is one read. */
  read(into: Buffer, length: number, limitMs: number): number {
    const at = this.#reply.at(into);
    let have = 0;
    let waitedMs = 0;
    let startMs = 0;
    while (have < length && waitedMs < limitMs) {
      if (waitedMs > 0) startMs = performance.now();
      const got = this.#calls.read(this.#blocking, at + have, into.length - have);
      if (got < 0) {
        if (got === -EINTR) continue;
        return goneOrThrow(got);
      }
      if (got === 0) {
        // The first that comes back empty-handed is not timed, so that a reply costs no look at the clock.
        const emptyMs = waitedMs > 0 ? performance.now() - startMs : kernelWaitMs;
        if (emptyMs < hangUpMs) return gone;
        waitedMs += emptyMs;
      }
      have += got;
      if (have === into.length) break;
    }
    return have;
  }

  /** All that is there is one read. */
  listen(into: Buffer, limitMs: number): number {
    return this.read(into, 1, limitMs);
  }

  drain(quietMs: number, into?: Buffer): number {
    const startMs = performance.now();
    let lastMs = startMs;
    let total = 0;
    for (;;) {
      const got = this.#poll();
      if (got === gone) return gone;
      const nowMs = performance.now();
      if (got > 0) {
        if (into) this.#rubbish.copy(into, total, 0, got);
        total += got;
        lastMs = nowMs;
      }
      if (nowMs - lastMs >= quietMs || nowMs - startMs >= drainLimitMs) return total;
      this.#pause(Math.min(pollMs, quietMs));
    }
  }

  sleep(ms: number): number {
    this.#pause(ms);
    return 0;
  }

  /** Bytes that were there, now in `rubbish`; 0 where there were none. */
  #poll(): number {
    const got = this.#calls.read(this.#polled, this.#rubbishAt, this.#rubbish.length);
    if (got >= 0) return got;
    return got === -EAGAIN || got === -EINTR ? 0 : goneOrThrow(got);
  }
}

/** Bytes and where they lie, found out once for as long as the same bytes are handed in. */
class Placed {
  #bytes: Uint8Array | undefined;
  #address = 0;

  readonly #calls: SystemCalls;

  constructor(calls: SystemCalls) {
    this.#calls = calls;
  }

  at(bytes: Uint8Array): number {
    if (bytes !== this.#bytes) {
      this.#address = this.#calls.addressOf(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }
}

const { EAGAIN, EINTR, EIO, ENXIO, ENODEV, EBADF } = system.errno;
const goneErrors = new Set([EIO, ENXIO, ENODEV, EBADF]);

/** @param error Negated, as a system call gives it. */
function goneOrThrow(error: number): number {
  if (goneErrors.has(-error)) return gone;
  const code = getSystemErrorName(error);
  throw Object.assign(new Error(`${code} from a system call`), { code });
}
