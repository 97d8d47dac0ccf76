import { type Candidate, type Gap, lengthUs, type SpacingWatch } from '../gaps.js';
import type { GapSummary } from '../summary.js';
import { extentOf, outerSilences, type TrackReach } from '../tracks/reach.js';

/** The gaps of a recording, and what they come to. */
export interface GapsFound {
  /** Between samples, in order. */
  readonly inner: readonly Candidate[];
  /** The silences at the edges. */
  readonly outer: readonly Candidate[];
  /** Both, in order. */
  readonly all: readonly Candidate[];
  /** Those that are too many to list, and the time in them. */
  readonly unlisted: number;
  readonly unlistedUs: number;
  /** In the silences at the edges. */
  readonly outerUs: number;
  /** With these; null without samples. */
  readonly durationUs: number | null;
  readonly coverage: number | null;
}

/**
 * @param endUs when the recording ended, where that is known
 * @param limitUs longer spacings are gaps
 */
export function gapsFound(
  { candidates, leading, spacingsUs, isFull }: SpacingWatch,
  reach: TrackReach,
  endUs: number | undefined,
  limitUs: number,
): GapsFound {
  const outer = outerSilences(reach, leading, endUs ?? reach.lastUs ?? 0, limitUs);
  const inner = candidates
    .filter((gap) => lengthUs(gap) > limitUs || gap.slept)
    .sort((a, b) => a.startUs - b.startUs);
  const beyond = spacingsUs.above(limitUs);
  const long = inner.filter((gap) => lengthUs(gap) > limitUs).length;
  const unlisted = isFull ? Math.max(0, beyond.count - long) : 0;
  const listedUs = total(inner.map(lengthUs));
  const innerUs = unlisted > 0 ? Math.max(beyond.sum, listedUs) : listedUs;
  const outerUs = total(outer.map(lengthUs));
  const extent = extentOf(reach, outer);
  const durationUs = extent ? extent.endUs - extent.startUs : 0;
  return {
    ...{ inner, outer },
    all: [...outer, ...inner].sort((a, b) => a.startUs - b.startUs),
    ...{ unlisted, unlistedUs: unlisted > 0 ? innerUs - listedUs : 0, outerUs },
    durationUs: extent ? durationUs : null,
    coverage: durationUs > 0 ? Math.max(0, 1 - (innerUs + outerUs) / durationUs) : null,
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** As summaries list them. */
export const gapSummaries = (gaps: readonly Gap[]): GapSummary[] =>
  gaps.map(({ startUs, endUs, cause }) => ({ start_s: startUs / 1e6, end_s: endUs / 1e6, cause }));
