import type { BoardFreshness } from '../../measure/freshness/board-freshness.js';
import { formatUncertain } from '../../measure/honest-digits.js';
import { isBoardTrack, type RepairedSummary } from '../../measure/summary.js';
import { printable } from '../../text.js';
import { formatSi } from '../../units.js';

/** How often a board has new readings. */
export function freshnessText(freshness: BoardFreshness): string {
  const { update_s, update_uncertainty_s, no_slower_than_s, repeated_share, reason = '' } = freshness;
  if (update_s !== null) {
    const repeated = `${((repeated_share ?? 0) * 100).toFixed(0)} %`;
    return `every ${formatUncertain(update_s, update_uncertainty_s, 's')}; ${repeated} of the samples repeat the one before`;
  }
  if (no_slower_than_s !== null) return `every ${formatSi(no_slower_than_s, 's', 3)} or more often`;
  return `how often can't be told: ${printable(reason)}`;
}

/** How often boards have new readings, for a summary: of one alone always, of several where it is known. */
export function freshnessLines({
  freshness,
  tracks = [],
}: Pick<RepairedSummary, 'freshness' | 'tracks'>): string[] {
  if (freshness) return [`  new readings: ${freshnessText(freshness)}`];
  return tracks
    .filter(isBoardTrack)
    .flatMap(({ id, freshness: own }) =>
      own && own.update_s !== null ? [`  new readings of ${printable(id)}: ${freshnessText(own)}`] : [],
    );
}
