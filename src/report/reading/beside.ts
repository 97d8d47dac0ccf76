import { basename } from 'node:path';
import type { KnownSummary } from '../../schema/summary.js';
import { readSummaryBeside } from '../../session/repair/repair-summary.js';
import { summaryPathFor } from '../../sink/summary-file.js';

/** A summary of one CSV. */
interface SummaryOfCsv {
  readonly summary: KnownSummary;
  /** One of several boards: its figures are its own, and those of command, runs and phases still those of all boards. */
  readonly isTrack: boolean;
}

/** The summary of a CSV's recording: of several boards with the figures of its track. Null where there is none that can be read. */
export function summaryOfCsv(path: string): SummaryOfCsv | null {
  const places = summaryPlaces(path);
  for (const place of places) {
    const beside = readSummaryBeside(place);
    if (beside.state !== 'known') continue;
    const { summary } = beside;
    // Sensors beside one board are tracks too, and none of theirs is a board's.
    const tracks = summary.tracks?.filter((track) => 'board' in track) ?? [];
    if (tracks.length === 0) {
      if (place === places[0]) return { summary, isTrack: false };
      continue;
    }
    const track = tracks.find(({ file }) => file === basename(path));
    if (track) return { summary: ofTrack(summary, track), isTrack: true };
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
  return {
    ...whole,
    ...figures,
    warnings: whole.warnings.filter(({ track: of }) => of === undefined || of === id),
  };
}
