import type { GapSummary } from '../../measure/summary.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';

const toUs = (seconds: number): number => Math.round(seconds * 1e6);

/** The gaps of a summary in whole µs, as samples' instants are. */
export const gapsUs = ({ gaps }: { readonly gaps: readonly GapSummary[] }): TimeSpan[] =>
  gaps.map(({ start_s, end_s }) => ({ startUs: toUs(start_s), endUs: toUs(end_s) }));

/** From where to where a summary tells of: its samples, and the silences at its edges that are gaps; null without any. */
export function extentOf(
  summary: { readonly duration_s: number | null; readonly gaps: readonly GapSummary[] },
  firstUs: number | null,
): TimeSpan | null {
  if (firstUs === null || summary.duration_s === null) return null;
  const leading = gapsUs(summary).find(({ endUs }) => endUs === firstUs);
  const startUs = leading?.startUs ?? firstUs;
  return { startUs, endUs: startUs + toUs(summary.duration_s) };
}
