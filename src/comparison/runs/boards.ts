import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SecondReading } from '../../report/reading/again.js';
import { summaryPlaces } from '../../report/reading/beside.js';
import { readRested } from '../../report/rested.js';
import type { KnownSummary } from '../../schema/summary.js';
import { readSummaryBeside } from '../../session/repair/repair-summary.js';
import { SeveralTraces } from '../../trace/several.js';
import type { Trace } from '../../trace/trace.js';
import type { PlacedSummary } from '../sides/recording-facts.js';

/** Of which boards figures are, of a recording of several. */
export interface MeasuringBoards {
  readonly ids: readonly string[];
  /** How many the recording has. */
  readonly count: number;
}

type Track = NonNullable<KnownSummary['tracks']>[number];

/** The tracks that are boards'; sensors beside them are tracks too. */
const boardTracks = ({ tracks = [] }: KnownSummary): Track[] => tracks.filter((track) => 'board' in track);

/** Null where the recording has one board. */
export function allBoards(summary: KnownSummary): MeasuringBoards | null {
  const tracks = boardTracks(summary);
  return tracks.length > 1 ? { ids: tracks.map(({ id }) => id), count: tracks.length } : null;
}

/** Of a CSV or a capture that is of one board; null where its recording has no other, or no summary tells. */
export function oneBoard(path: string): MeasuringBoards | null {
  for (const { place, file: name } of summaryPlaces(path)) {
    const beside = readSummaryBeside(place);
    if (beside.state !== 'known') continue;
    const tracks = boardTracks(beside.summary);
    const own = tracks.find(({ file, capture }) => [file, capture].includes(name));
    if (own && tracks.length > 1) return { ids: [own.id], count: tracks.length };
  }
  return null;
}

/** `2 boards`, or `Beta of 2 boards`. */
export const boardsText = ({ ids, count }: MeasuringBoards): string =>
  ids.length === count ? `${count} boards` : `${ids.join(', ')} of ${count} boards`;

/** The boards' CSVs beside their summary; those that are not there. */
export function boardFiles({ path, summary }: PlacedSummary) {
  const files = boardTracks(summary).flatMap(({ file }) => (typeof file === 'string' ? [file] : []));
  const paths = files.map((file) => join(dirname(path), file));
  return { paths, missing: paths.filter((each) => !existsSync(each)) };
}

/** What spans cost all boards together; nothing where their rows are means. */
export const evaluateAll =
  (paths: readonly string[], { gaps }: KnownSummary): Trace['evaluate'] =>
  async (groups) => {
    const traces: SecondReading[] = [];
    for (const path of paths) {
      const { facts, again } = await readRested(path);
      if (!facts) return [];
      traces.push(new SecondReading(again, facts));
    }
    const silences = gaps.map(({ start_s, end_s }) => ({ startUs: start_s * 1e6, endUs: end_s * 1e6 }));
    return new SeveralTraces(traces, () => silences).evaluate(groups);
  };
