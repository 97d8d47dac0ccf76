import type { Instrument } from '../board/board.js';
import { usageError } from '../errors.js';
import type { NamedFile } from '../file/shared-files.js';
import { unwatchedMs, watchedMs } from '../link/link.js';
import { SummaryCollector } from '../measure/collector.js';
import type { Wiring } from '../measure/rail-map.js';
import type { HostFacts } from '../measure/summary.js';
import { accuracyShareOf } from '../measure/uncertainty.js';
import type { WireLimits } from '../measure/wires/limits.js';
import { withInterval } from '../sink/column-choice.js';
import { type Column, channelsOf } from '../sink/columns.js';
import type { Sink } from '../sink/sink.js';
import { SummaryFile, summaryPathFor } from '../sink/summary-file.js';
import { type Places, sensorPlaces, trackPlaces } from './track-names.js';

const usPerMs = 1000;

export interface OutputChoice extends Places {
  /** As `chooseColumns` takes it. */
  readonly columns: string;
  /** The CSV has means over so many ms instead of samples. */
  readonly average?: number | undefined;
  readonly force?: boolean | undefined;
  /** The board's nominal accuracy where absent. */
  readonly accuracy?: number | undefined;
  /** What single wires are held against, where it is not what they were held against before, or the usual. */
  readonly wireLimits?: Partial<WireLimits>;
  /** False for what can be made again, so that it need not reach the disk at once. */
  readonly durable?: boolean;
}

/**
 * The files that a choice will write, to see whether they are others' too.
 * @param ids of the tracks
 * @param sensors of the sensors beside them
 */
export function outputFiles(
  choice: Places,
  ids: readonly string[] = [''],
  sensors: readonly string[] = [],
): NamedFile[] {
  const summary = summaryPathOf(choice);
  return [
    ...trackPlaces(choice, ids).flatMap(({ out, capture }) => [
      ...(out === undefined ? [] : [{ role: '--out', path: out }]),
      ...(capture === undefined ? [] : [{ role: '--capture', path: capture }]),
    ]),
    ...sensorPlaces(choice, sensors).flatMap((path, n) =>
      path === null ? [] : [{ role: `the readings of ${sensors[n]}`, path }],
    ),
    ...(summary === null ? [] : [{ role: 'the summary', path: summary }]),
  ];
}

/** Everything that one track is written to, open. */
export interface TrackOutputs {
  readonly sinks: readonly Sink[];
  readonly collector: SummaryCollector;
  readonly columnsToDecode: ReadonlySet<number>;
}

/** With what is known of the track. */
interface TrackChoice extends Omit<OutputChoice, 'columns'> {
  readonly columns: readonly Column[];
  readonly wireLimits: WireLimits;
}

/**
 * Opens a track's outputs, so that a bad path fails before anything is measured.
 * @param host Where the samples were taken.
 * @throws UserError (outputFailed)
 */
export async function openOutputs(
  choice: TrackChoice,
  board: Instrument,
  wiring: Wiring,
  host: HostFacts,
): Promise<TrackOutputs> {
  const { out, capture, average, force = false, accuracy, wireLimits, durable = true } = choice;
  const collector = new SummaryCollector(
    board,
    wiring,
    accuracyShareOf(accuracy, board),
    undefined,
    wireLimits,
  );
  const columns = average === undefined ? choice.columns : withInterval(choice.columns);
  if (average !== undefined && out === undefined)
    throw usageError('--average is about the rows of a CSV: give --out run.csv too');
  const sinks: Sink[] = [];
  try {
    if (out !== undefined) {
      const { openCsv } = await import('../sink/csv.js');
      const csv = await openCsv({ path: out, force, columns, durable });
      if (average === undefined) sinks.push(csv);
      else {
        const [{ AveragedCsv }, { IntervalMeans }] = await Promise.all([
          import('../sink/averaged-csv.js'),
          import('../sink/interval-means.js'),
        ]);
        sinks.push(
          new AveragedCsv(csv, new IntervalMeans(average * usPerMs, board, wiring, channelsOf(columns))),
        );
      }
    }
    if (capture !== undefined) {
      const { openCaptureSink } = await import('../capture/writer.js');
      const { map } = wiring;
      const facts = { board, map, host, accuracy: accuracy ?? null, wireLimits };
      sinks.push(openCaptureSink({ path: capture, force, ...facts }));
    }
  } catch (error) {
    for (const sink of sinks) await sink.finish();
    throw error;
  }
  return { sinks: [collector, ...sinks], collector, columnsToDecode: channelsOf(columns) };
}

/** The place of a recording's summary, taken; null where there is none. @throws UserError (outputFailed) */
export function openSummary(choice: OutputChoice): SummaryFile | null {
  const { force = false, durable = true } = choice;
  const path = summaryPathOf(choice);
  return path === null ? null : new SummaryFile({ path, force, durable });
}

/** How old a sample may get: less where somebody sees it, on a terminal or where the CSV is no file, but a pipe or device. */
export const handOverMsFor = ({ out }: OutputChoice, onTerminal = false): number =>
  onTerminal || (out !== undefined && summaryPathFor(out) === null) ? watchedMs : unwatchedMs;

/** Beside the first CSV, or else beside the first capture. */
function summaryPathOf({ out, capture }: Places): string | null {
  const beside = out === undefined ? null : summaryPathFor(out);
  if (beside !== null) return beside;
  return capture === undefined ? null : summaryPathFor(capture);
}
