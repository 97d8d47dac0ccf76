import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { systemErrorCode } from '../errors.js';
import { drainLimitMs, gone, kernelWaitMs, type Wire } from './wire.js';

/** Kept, since Node looks the global up anew at every use. */
const { performance } = globalThis;

/** A read that ends empty-handed long before the kernel's time is up means that nobody is there any more. */
const hangUpMs = kernelWaitMs / 2;
const pollMs = 2;

/**
 * A tty read by blocking system calls, for a thread of its own. The port is configured already (raw, VMIN 0,
 * VTIME 1: a read waits at most 0.1 s). A second descriptor that does not block serves to look whether there is
 * input without waiting for it.
 */
export class TtyWire implements Wire {
  private readonly blocking: number;
  private readonly polled: number;
  private readonly rubbish = Buffer.alloc(4096);

  constructor(
    path: string,
    private readonly pause: (ms: number) => void,
  ) {
    this.blocking = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    this.polled = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  }

  close(): void {
    closeSync(this.blocking);
    closeSync(this.polled);
  }

  write(bytes: Uint8Array): number {
    try {
      return writeSync(this.blocking, bytes, 0, bytes.length, null);
    } catch (error) {
      return goneOrThrow(error);
    }
  }

  read(into: Buffer, length: number, limitMs: number): number {
    let have = 0;
    let waitedMs = 0;
    let startMs = 0;
    while (have < length && waitedMs < limitMs) {
      if (waitedMs > 0) startMs = performance.now();
      let got: number;
      try {
        got = readSync(this.blocking, into, have, into.length - have, null);
      } catch (error) {
        return goneOrThrow(error);
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

  drain(quietMs: number): number {
    const startMs = performance.now();
    let lastMs = startMs;
    let total = 0;
    for (;;) {
      const got = this.poll();
      if (got === gone) return gone;
      const nowMs = performance.now();
      if (got > 0) {
        total += got;
        lastMs = nowMs;
      }
      if (nowMs - lastMs >= quietMs || nowMs - startMs >= drainLimitMs) return total;
      this.pause(Math.min(pollMs, quietMs));
    }
  }

  sleep(ms: number): number {
    this.pause(ms);
    return 0;
  }

  /** Bytes that were there and are thrown away; 0 where there were none. */
  private poll(): number {
    try {
      const got = readSync(this.polled, this.rubbish, 0, this.rubbish.length, null);
      return got;
    } catch (error) {
      return systemErrorCode(error) === 'EAGAIN' ? 0 : goneOrThrow(error);
    }
  }
}

const goneCodes = new Set(['EIO', 'ENXIO', 'ENODEV', 'EBADF']);

function goneOrThrow(error: unknown): number {
  if (goneCodes.has(systemErrorCode(error) ?? '')) return gone;
  throw error;
}
