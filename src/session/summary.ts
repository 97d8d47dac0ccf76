import { basename } from 'node:path';
import {
  type BoardSummary,
  buildSummary,
  type CalibrationSummary,
  type HostFacts,
  type Measured,
  type Summary,
} from '../measure/summary.js';
import type { TimeSpan } from '../measure/tracks/cover.js';
import type { SensorSummary } from '../measure/tracks/sensor-summary.js';
import { type TrackFigures, wholeOf } from '../measure/tracks/whole.js';
import type { Warning } from '../stream/warning.js';
import { tool } from '../tool.js';
import { calibrationSummary } from './calibration-summary.js';
import type { RunningTrack } from './track.js';

/** What a summary holds beside the figures. */
export interface SummaryParts {
  /** What the sources, and the command that asks for the summary, find doubtful. */
  readonly warnings?: readonly Warning[];
  readonly extra?: Partial<Summary>;
  /** What is to be said of the boards that measured. */
  readonly doubts?: (boards: readonly BoardSummary[]) => readonly Warning[];
}

/**
 * The summary of tracks that have been recorded: of one its own, of several that of the whole.
 * @param sensorsOf gives the entries of the sensors beside them, for a recording that ended so many seconds after it began
 */
export async function summaryOf(
  tracks: readonly RunningTrack[],
  host: HostFacts,
  { warnings = [], extra = {}, doubts = () => [] }: SummaryParts,
  sensorsOf: (endS: number | null) => readonly SensorSummary[] = () => [],
): Promise<Summary> {
  const figures = await Promise.all(
    tracks.map(async (track) =>
      figuresOf(track, await calibrationSummary(track.source.board, track.source.identity)),
    ),
  );
  const [first, ...others] = figures;
  const { calibration } = first!.measured.board;
  const of = new Map(tracks.map((track, n) => [track, figures[n]!.measured]));
  const found = trackWarnings(tracks, (track) => of.get(track)!.warnings);
  const doubted = doubts(figures.map((each) => each.measured.board));
  const lacking = trackWarnings(tracks, ({ outputs }) =>
    outputs.sinks.flatMap(({ shortfall }) => shortfall?.warning ?? []),
  );
  const ofBoards: Measured = others.length === 0 ? first!.measured : wholeOf(figures);
  const lastUs = Math.max(...tracks.map(({ outputs }) => outputs.collector.progress().lastUs ?? 0));
  const sensors = sensorsOf(lastUs > 0 ? lastUs / 1e6 : null);
  const measured =
    sensors.length === 0 ? ofBoards : { ...ofBoards, tracks: [...(ofBoards.tracks ?? []), ...sensors] };
  const built = buildSummary(
    { ...measured, warnings: found },
    {
      ...{ tool, host, calibration },
      warnings: [...warnings, ...lacking],
    },
  );
  return { ...built, warnings: [...built.warnings, ...doubted], ...extra };
}

/** Where one of the tracks or another has no samples, µs; when they have been recorded. */
export const silencesOf = (tracks: readonly RunningTrack[]): TimeSpan[] =>
  wholeOf(tracks.map((track) => figuresOf(track))).gaps.map(({ start_s, end_s }) => ({
    startUs: start_s * 1e6,
    endUs: end_s * 1e6,
  }));

function figuresOf(
  { id, outputs: { collector }, places }: RunningTrack,
  calibration: CalibrationSummary | null = null,
): TrackFigures {
  const measured = collector.measured();
  const { gapLimitUs } = collector.partFacts();
  const [file = null, capture = null] = [places.out, places.capture]
    .filter((path) => path !== undefined)
    .map((path) => basename(path));
  return {
    ...{ id, reach: collector.reach, gapLimitUs, file, capture },
    measured: { ...measured, board: { ...measured.board, calibration } },
  };
}

/** The machine's own doings, which all tracks tell of alike. */
const ofTheMachine = ['suspend', 'clock-step', 'clock-slew'];

/** Warnings of each track; of several it is said which, and what is the machine's is told once. */
export function trackWarnings<Each extends { readonly id: string }>(
  tracks: readonly Each[],
  of: (track: Each) => readonly Warning[],
): Warning[] {
  if (tracks.length === 1) return [...of(tracks[0]!)];
  const told = new Set<string>();
  return tracks.flatMap((track) =>
    of(track).flatMap((warning): Warning[] => {
      if (!ofTheMachine.includes(warning.code))
        return [{ ...warning, message: `${track.id}: ${warning.message}`, track: track.id }];
      if (told.has(warning.code)) return [];
      told.add(warning.code);
      return [warning];
    }),
  );
}
