/**
 * A port as the sampler sees it, in its blocking form. Every method that waits returns -1 where the port is gone:
 * unplugged, hung up, closed.
 */
export interface Wire {
  write(bytes: Uint8Array): number;
  /**
   * Reads until at least `length` bytes came or `deadlineMs` passed; returns how many came, which may be more, but
   * no more than `into` holds.
   */
  read(into: Buffer, length: number, deadlineMs: number): number;
  /** Waits until anything comes, `limitMs` at most, and takes what is there; returns how many bytes, 0 where nothing came. */
  listen(into: Buffer, limitMs: number): number;
  /**
   * Takes input until none came for `quietMs` (or a second has gone by); returns how many bytes. They are thrown away but for
   * those that `into` has room for.
   */
  drain(quietMs: number, into?: Buffer): number;
  sleep(ms: number): number;
}

/** A wire whose methods may give a promise: one waits for it by awaiting. */
export type AsyncWire = {
  readonly [Method in keyof Wire]: (...args: Parameters<Wire[Method]>) => number | Promise<number>;
};

/** Returned where the port is gone. */
export const gone = -1;

/**
 * A reply that takes longer is not an answer any more. Boards take a millisecond; the rest is for a host so busy that
 * whatever answers is not scheduled (a board model on a pseudo-terminal), which must not cost a sample.
 */
export const deadlineMs = 200;
/** A blocking read waits so long before it returns empty-handed (VTIME counts in tenths of a second). */
export const kernelWaitMs = 100;
/** Input silent for this long is taken to be finished; longer than any pause within a reply. */
export const quietMs = 25;
/** A drain that does not come to an end gives up. */
export const drainLimitMs = 1000;
