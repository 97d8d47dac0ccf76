import { basename } from 'node:path';
import { realPath } from '../../file/real-path.js';
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
  for (const { place, file, isOwn } of summaryPlaces(path)) {
    const beside = readSummaryBeside(place);
    if (beside.state !== 'known') continue;
    const { summary } = beside;
    // Sensors beside one board are tracks too, and none of theirs is a board's.
    const tracks = summary.tracks?.filter((track) => 'board' in track) ?? [];
    if (tracks.length === 0) {
      if (isOwn) return { summary, isTrack: false };
      continue;
    }
    const track = tracks.find((each) => each.file === file);
    if (track) return { summary: ofTrack(summary, track), isTrack: true };
  }
  return null;
}

/** Where the figures of a CSV may be. */
interface SummaryPlace {
  readonly place: string;
  /** The CSV's name there. */
  readonly file: string;
  /** Whether it bears the CSV's own name. */
  readonly isOwn: boolean;
}

/** Its own summary first; of a link beside the link, and then beside what it leads to. */
export const summaryPlaces = (path: string): readonly SummaryPlace[] =>
  [...new Set(path === '-' ? [] : [path, realPath(path)])].flatMap((name) => {
    const own = summaryPathFor(name);
    if (own === null) return [];
    const file = basename(name);
    // Of several instruments, `run.desk.csv` has its figures in `run.summary.json`.
    const ofAll = own.replace(/\.[^./]+(?=\.summary\.json$)/, '');
    return [
      { place: own, file, isOwn: true },
      ...(ofAll === own ? [] : [{ place: ofAll, file, isOwn: false }]),
    ];
  });

function ofTrack(summary: KnownSummary, track: NonNullable<KnownSummary['tracks']>[number]): KnownSummary {
  const { tracks, ...whole } = summary;
  const { id, file, capture, ...figures } = track;
  return {
    ...whole,
    ...figures,
    warnings: whole.warnings.filter(({ track: of }) => of === undefined || of === id),
  };
}
