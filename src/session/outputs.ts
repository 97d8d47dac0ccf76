import { usageError } from '../errors.js';
import type { NamedFile } from '../file/shared-files.js';
import { unwatchedMs, watchedMs } from '../link/link.js';
import { SummaryCollector } from '../measure/collector.js';
import type { Wiring } from '../measure/rail-map.js';
import { type BoardSummary, buildSummary, type HostFacts, type Summary } from '../measure/summary.js';
import { chooseColumns, withInterval } from '../sink/column-choice.js';
import { channelsOf } from '../sink/columns.js';
import { hostFacts } from '../sink/host.js';
import type { Sink } from '../sink/sink.js';
import { SummaryFile, summaryPathFor } from '../sink/summary-file.js';
import type { Source } from '../source/source.js';
import type { Warning } from '../stream/warning.js';
import { tool } from '../tool.js';
import { calibrationSummary } from './calibration-summary.js';

const usPerMs = 1000;

/** Where a recording goes. */
interface Places {
  /** The CSV: a path, or `-` for standard output. */
  readonly out?: string | undefined;
  readonly capture?: string | undefined;
}

export interface OutputChoice extends Places {
  /** As `chooseColumns` takes it. */
  readonly columns: string;
  /** The CSV has means over so many ms instead of samples. */
  readonly average?: number | undefined;
  readonly force?: boolean | undefined;
  /** The board's nominal accuracy where absent. */
  readonly accuracy?: number | undefined;
  /** False for what can be made again, so that it need not reach the disk at once. */
  readonly durable?: boolean;
}

/** The files that a choice will write, for whoever looks whether they are others' too. */
export function outputFiles(choice: Places): NamedFile[] {
  const { out, capture } = choice;
  const summary = summaryPathOf(choice);
  return [
    ...(out === undefined ? [] : [{ role: '--out', path: out }]),
    ...(capture === undefined ? [] : [{ role: '--capture', path: capture }]),
    ...(summary === null ? [] : [{ role: 'the summary', path: summary }]),
  ];
}

/** Everything a recording is written to, open. */
export interface Outputs {
  readonly sinks: readonly Sink[];
  readonly collector: SummaryCollector;
  readonly columnsToDecode: ReadonlySet<number>;
  /** The paths of what is kept, for people. */
  readonly files: readonly string[];
  /**
   * After the session: the summary, written to its file where there is one.
   * @param doubts What is to be said of the board that measured.
   * @throws UserError (outputFailed)
   */
  summarize(
    warnings: readonly Warning[],
    extra?: Partial<Summary>,
    doubts?: (board: BoardSummary) => readonly Warning[],
  ): Promise<Summary>;
}

/**
 * Opens the outputs, so that a bad path fails before anything is measured.
 * @param host Where the samples were taken; this machine where absent.
 * @throws UserError (outputFailed)
 */
export async function openOutputs(
  choice: OutputChoice,
  { board, identity }: Pick<Source, 'board' | 'identity'>,
  wiring: Wiring,
  host: HostFacts = hostFacts(),
): Promise<Outputs> {
  const { out, capture, average, force = false, accuracy, durable = true } = choice;
  const collector = new SummaryCollector(board, wiring, accuracy ?? board.nominalAccuracy);
  const chosen = chooseColumns(board, wiring, choice.columns);
  const columns = average === undefined ? chosen : withInterval(chosen);
  if (average !== undefined && out === undefined)
    throw usageError('--average is about the rows of a CSV: give --out run.csv too');
  const sinks: Sink[] = [];
  const files: string[] = [];
  let summaryFile: SummaryFile | undefined;
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
      if (out !== '-') files.push(out);
    }
    if (capture !== undefined) {
      const { openCaptureSink } = await import('../capture/writer.js');
      const { map } = wiring;
      sinks.push(openCaptureSink({ path: capture, force, board, map, host, accuracy: accuracy ?? null }));
      files.push(capture);
    }
    const summaryPath = summaryPathOf(choice);
    if (summaryPath !== null) {
      summaryFile = new SummaryFile({ path: summaryPath, force, durable });
      files.push(summaryPath);
    }
  } catch (error) {
    for (const sink of sinks) await sink.finish();
    throw error;
  }
  return {
    sinks: [collector, ...sinks],
    collector,
    columnsToDecode: channelsOf(columns),
    files,
    async summarize(warnings, extra = {}, doubts) {
      const calibration = await calibrationSummary(board, identity);
      const lacking = sinks.flatMap(({ shortfall }) => shortfall?.warning ?? []);
      const facts = { tool, host, calibration, warnings: [...warnings, ...lacking] };
      const built = buildSummary(collector.measured(), facts);
      const summary = { ...built, warnings: [...built.warnings, ...(doubts?.(built.board) ?? [])], ...extra };
      await summaryFile?.write(summary);
      return summary;
    },
  };
}

/** How old a sample may get: less where somebody sees it, on a terminal or where the CSV is no file, but a pipe or device. */
export const handOverMsFor = ({ out }: OutputChoice, onTerminal = false): number =>
  onTerminal || (out !== undefined && summaryPathFor(out) === null) ? watchedMs : unwatchedMs;

/** Beside the CSV, or else beside the capture. */
function summaryPathOf({ out, capture }: Places): string | null {
  const beside = out === undefined ? null : summaryPathFor(out);
  if (beside !== null) return beside;
  return capture === undefined ? null : summaryPathFor(capture);
}
