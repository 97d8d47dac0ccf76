import { basename } from 'node:path';
import type { KnownSummary } from '../../schema/summary.js';
import { partKeys, readSummaryBeside } from '../../session/repair/repair-summary.js';
import { summaryPathFor } from '../../sink/summary-file.js';

/**
 * The summary of a CSV's recording, as far as it is of this CSV alone: of several instruments that of its track, without what
 * was measured with all of them. Null where there is none that can be read.
 */
export function summaryOfTrack(path: string): KnownSummary | null {
  const places = summaryPlaces(path);
  for (const place of places) {
    const beside = readSummaryBeside(place);
    if (beside.state !== 'known') continue;
    const { summary } = beside;
    // Sensors beside one board are tracks too, and none of theirs is a board's.
    const tracks = summary.tracks?.filter((track) => 'board' in track) ?? [];
    if (tracks.length === 0) {
      if (place === places[0]) return summary;
      continue;
    }
    const track = tracks.find(({ file }) => file === basename(path));
    if (track) return ofTrack(summary, track);
  }
  return null;
}

/** Where the figures of a CSV may be, its own summary first. */
export function summaryPlaces(path: string): readonly string[] {
  const own = summaryPathFor(path);
  if (own === null) return [];
  // Of several instruments, `run.desk.csv` has its figures in `run.summary.json`.
  return [...new Set([own, own.replace(/\.[^./]+(?=\.summary\.json$)/, '')])];
}

function ofTrack(summary: KnownSummary, track: NonNullable<KnownSummary['tracks']>[number]): KnownSummary {
  const { tracks, ...whole } = summary;
  const { id, file, capture, ...figures } = track;
  for (const key of partKeys) delete whole[key];
  return {
    ...whole,
    ...figures,
    warnings: whole.warnings.filter(({ track: of }) => of === undefined || of === id),
  };
}
