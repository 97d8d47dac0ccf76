import type { ComparedPhase } from '../../compare/comparison.js';
import { realPath } from '../../file/real-path.js';
import { summaryPlaces } from '../../report/reading/beside.js';
import { phasesOf, type Told, toldIn } from '../../report/reading/told.js';
import type { KnownSummary } from '../../schema/summary.js';
import { readSummaryBeside } from '../../session/repair/repair-summary.js';
import type { RecordingFacts, SensorDevice } from './side.js';

const usPerS = 1e6;

/** A summary and the place it lies at. */
export interface PlacedSummary {
  readonly path: string;
  /** The name there of the CSV that it was found by. */
  readonly file: string;
  readonly summary: KnownSummary;
}

/** The summary of the recording that a CSV is of, or is a track of; null where none can be read. */
export function summaryOf(path: string): PlacedSummary | null {
  for (const { place, file, isOwn } of summaryPlaces(path)) {
    const beside = readSummaryBeside(place);
    if (beside.state !== 'known') continue;
    const { summary } = beside;
    const isTrack = summary.tracks?.some((track) => track.file === file);
    if (isOwn || isTrack) return { path: place, file, summary };
  }
  return null;
}

/** The summary of the recording that a sensor's track was made beside, by its name in there; null where it is none. */
export function besideWhich(path: string): PlacedSummary | null {
  const placed = summaryOf(path);
  const tracks = placed?.summary.tracks ?? [];
  return tracks.some(({ sensor, file }) => sensor !== undefined && file === placed?.file) ? placed : null;
}

export function factsOf({ path, summary }: PlacedSummary): RecordingFacts {
  return {
    id: realPath(path),
    accuracyShare: summary.uncertainty.accuracy_share,
    phases: comparedPhases(toldIn(summary)),
    devices: devicesIn(summary),
  };
}

/** Phases that take time, of several commands too. */
export const comparedPhases = (told: Told): ComparedPhase[] =>
  phasesOf(told)
    .map(({ name, spans }) => ({
      name,
      spans: spans
        .filter(({ start_s, end_s }) => end_s > start_s)
        .map(({ start_s, end_s }) => ({ startUs: start_s * usPerS, endUs: end_s * usPerS })),
    }))
    .filter(({ spans }) => spans.length > 0);

const devicesIn = ({ tracks = [] }: KnownSummary): SensorDevice[] =>
  tracks.flatMap(({ sensor }) =>
    (sensor?.devices ?? []).map(({ prefix = '', name = null, uuid = null }) => ({ prefix, name, uuid })),
  );
