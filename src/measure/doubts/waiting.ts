import type { Gap } from '../gaps.js';
import type { Histogram } from '../histogram.js';

/** A sampling thread of normal priority, and how far apart samples came since it had to wait for its turn. */
export interface Waiting {
  /** `nice 0`. */
  readonly priority: string;
  readonly longestS: number;
}

/** A thread that goes before others keeps within this of its typical spacing, however busy they are, µs. */
const tolerableUs = 10_000;

/** Null where the thread was of higher priority, where samples came in time, and where a fault explains that they did not. */
export function waitingOf(
  priority: string | null | undefined,
  spacingsUs: Histogram,
  gaps: readonly Gap[],
  faults: number,
): Waiting | null {
  if (!priority || !/^nice \d+$/.test(priority)) return null;
  let longestUs = 0;
  for (const { cause, startUs, endUs } of gaps)
    if (cause === 'late') longestUs = Math.max(longestUs, endUs - startUs);
  const [max, median] = [spacingsUs.max ?? 0, spacingsUs.quantile(0.5) ?? 0];
  if (faults === 0 && max - median > tolerableUs) longestUs = Math.max(longestUs, max);
  return longestUs > 0 ? { priority, longestS: longestUs / 1e6 } : null;
}
