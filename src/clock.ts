/** Kept, since Node looks the global up anew at every use. */
const { performance } = globalThis;

/**
 * One reading of both clocks: an instant of CLOCK_MONOTONIC and the wall clock's opinion of it. All other
 * times are monotonic differences from such an anchor, so a stepped wall clock cannot bend the time axis.
 */
export interface ClockAnchor {
  /** CLOCK_MONOTONIC, ns. */
  readonly monotonicNs: bigint;
  /** UTC since 1970, µs. */
  readonly unixUs: number;
}

/**
 * Reads both clocks. `Date.now()` has only milliseconds, so its tick is awaited (at most 1 ms, a few times if
 * the machine is busy): the two readings then belong to the same instant within 20 µs.
 */
export function readClockAnchor(): ClockAnchor {
  const tightNs = 20_000n;
  let anchor: ClockAnchor | undefined;
  for (let tick = 0; tick < 4; tick++) {
    const first = Date.now();
    let before = process.hrtime.bigint();
    let now = first;
    let after = before;
    while (now === first) {
      before = after;
      now = Date.now();
      after = process.hrtime.bigint();
    }
    anchor = { monotonicNs: after, unixUs: now * 1000 };
    if (after - before < tightNs) break;
  }
  return anchor as ClockAnchor;
}

/** Nanoseconds from `origin` to now, an exact integer for 104 days. */
export const nsSince = (originNs: bigint): number => Number(process.hrtime.bigint() - originNs);

/**
 * A clock for the sample path: nanoseconds since `originNs`, from `performance.now()`, which allocates boxed
 * numbers (32 bytes a call), no array. Made anew in each thread, since each has its own time origin.
 */
export function makeFastClock(originNs: bigint): () => number {
  let offsetNs = 0;
  let bestWidth = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 20; attempt++) {
    const before = process.hrtime.bigint();
    const nowMs = performance.now();
    const after = process.hrtime.bigint();
    const width = Number(after - before);
    if (width < bestWidth) {
      bestWidth = width;
      offsetNs = Number(before - originNs) + width / 2 - nowMs * 1e6;
    }
  }
  return () => Math.round(performance.now() * 1e6 + offsetNs);
}
