import type { EndReason } from '../../stream/event.js';
import { type Candidate, silence } from '../gaps.js';
import type { TimeSpan } from './cover.js';

/** From where to where a track has samples, µs, and why it ended; null before the first sample, and before the end. */
export interface TrackReach {
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  /** When the first sample was asked for. */
  readonly requestUs: number | null;
  /** When the last one had come. */
  readonly replyUs: number | null;
  readonly end: EndReason | null;
}

/**
 * The silences before the first and behind the last sample, where they are as long as a gap. A question that was asked at
 * once, and an answer that came right at the end, leave none, however long they took.
 * @param leading before the first sample
 */
export function outerSilences(
  { lastUs, requestUs, replyUs }: TrackReach,
  leading: Candidate | undefined,
  endUs: number,
  limitUs: number,
): Candidate[] {
  return [
    ...(leading && requestUs! > limitUs ? [leading] : []),
    ...(endUs - (replyUs ?? 0) > limitUs ? [silence(lastUs ?? 0, endUs)] : []),
  ];
}

/** From the first to the last sample, and the silences outside of them; null without any. */
export function extentOf({ firstUs, lastUs }: TrackReach, outer: readonly TimeSpan[]): TimeSpan | null {
  const starts = [firstUs, ...outer.map(({ startUs }) => startUs)].filter((us) => us !== null);
  const ends = [lastUs, ...outer.map(({ endUs }) => endUs)].filter((us) => us !== null);
  return starts.length === 0 ? null : { startUs: Math.min(...starts), endUs: Math.max(...ends) };
}
