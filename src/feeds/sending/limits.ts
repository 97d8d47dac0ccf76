/** What a receiver acknowledged it may have forgotten so long after, if it is killed: VictoriaMetrics forgets ten seconds. */
export const forgetfulMs = 30_000;
/** So long powerlog waits at the end for a receiver that takes nothing. */
export const graceMs = 5000;
/** What may be on its way to a spool whose disk hangs. */
export const mostOnTheWayBytes = 64e6;

/** How long until the next try. */
export const backOff = {
  firstMs: 250,
  longestMs: 15_000,
  /** Not all benches at once, when the receiver is back. */
  jitter: (): number => 0.75 + Math.random() / 2,
};
