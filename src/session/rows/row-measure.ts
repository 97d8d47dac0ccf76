import type { Instrument } from '../../board/board.js';
import { boardFor } from '../../board/catalogue.js';
import { ExitCode, inputError, UserError } from '../../errors.js';
import { calibratedRails } from '../../measure/accuracy/accuracy.js';
import type { AppliedCalibration } from '../../measure/accuracy/applied.js';
import { SummaryCollector } from '../../measure/collector.js';
import {
  chosenWiring,
  type MapChoice,
  type RailMap,
  resolveWiring,
  sumComponents,
  type Wiring,
} from '../../measure/rail-map.js';
import type { Measured } from '../../measure/summary.js';
import { accuracyShareOf } from '../../measure/uncertainty.js';
import { defaultWireLimits } from '../../measure/wires/limits.js';
import type { KnownSummary } from '../../schema/summary.js';
import type { Sink } from '../../sink/sink.js';
import type { BoardIdentity, RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { type CsvForm, columnOf } from './csv-form.js';
import type { RowBatch } from './csv-rows.js';
import { MeanTally } from './mean-tally.js';
import { explains, wiringOf } from './row-map.js';

export interface RowMeasureOptions {
  /** The map that the rows were recorded with, where it was given. */
  readonly recordedWith?: MapChoice | undefined;
  /** A map whose sums are made of the rails in the rows, instead of those that stand there. */
  readonly summedWith?: MapChoice | undefined;
  /** The summary that lies beside them; it may be of another recording. */
  readonly there: KnownSummary | null;
  /** Of a power reading, as a share, where it was asked for. */
  readonly accuracy?: number | undefined;
  /** Where the rows come from, for people. */
  readonly port: string;
  /** Makes sinks that are to see the rows too; of means, the blocks say how long each is. */
  readonly watch?: (measure: RowMeasure) => readonly Sink[];
}

/** Measures the rows of a CSV, samples or means of intervals. */
export class RowMeasure {
  /** The board with those rails whose power stands in the rows. */
  readonly board: Instrument;
  readonly wiring: Wiring;
  readonly header: RecordingHeader;
  /** The summary that lies beside the rows, where it is of their recording. */
  readonly known: KnownSummary | null;
  /** Of samples. */
  readonly collector: SummaryCollector | undefined;
  /** Of means. */
  readonly tally: MeanTally | undefined;
  readonly #sinks: readonly Sink[];
  /** Reads a batch as samples, or means, lent until the next. */
  readonly blockOf: (batch: RowBatch) => SampleBlock;

  /**
   * @param first The first rows, which tell the map; null where there are none.
   * @throws UserError (badInput) where the rows are not of a map that was given, or lack rails of it
   */
  constructor(form: CsvForm, first: RowBatch | null, options: RowMeasureOptions) {
    const { there, port, recordedWith, summedWith } = options;
    const { board, railNames } = measuredBoard(form);
    this.board = board;
    const unixTime = columnOf(form, 'unix-time');
    const startUs =
      first && unixTime >= 0 ? first.columns[unixTime]![0]! - first.columns[0]![0]! : Number.NaN;
    const startUnixUs = Number.isNaN(startUs) ? null : startUs;
    const isKnown = there && unixTime >= 0 && isOfRecording(there, startUnixUs, form.components);
    this.known = isKnown ? there : null;
    const read = valuesOf(form);
    const fits = (each: RailMap) => {
      if (!first) return true;
      const { channels, powerMw, count } = read(first);
      return explains(resolveWiring(board, each), board, channels as Int32Array[], powerMw, count);
    };
    const told = this.known?.map as RailMap | undefined;
    // Else all that could be said is that the sums come from another map.
    if (recordedWith?.given && form.complete && railNames.length > 0) resolvedFor(port, board, recordedWith);
    this.wiring = summedWith
      ? resolvedFor(port, board, summedWith)
      : wiringOf(form, railNames, recordedWith?.(board), told, fits);
    const applied = (this.known?.calibration ?? null) as AppliedCalibration | null;
    const calibrated = calibratedRails(board, applied).map((rail) => board.rails[rail]!.power);
    const own = (batch: RowBatch): SampleBlock => {
      const block = read(batch);
      if (calibrated.length === 0) return block;
      return { ...block, calibratedMw: calibrated.map((channel) => block.channels[channel]!) };
    };
    this.blockOf = summedWith ? (batch) => summed(own(batch), board, this.wiring) : own;
    const accuracy = accuracyShareOf(options.accuracy ?? this.known?.uncertainty.accuracy_share, board);
    this.header = {
      board: identityOf(board, port),
      startMonotonicNs: null,
      startUnixUs,
      timing: 'nominal',
    };
    const limits = this.known?.wire_limits ?? defaultWireLimits;
    if (columnOf(form, 'interval') >= 0)
      this.tally = new MeanTally(board, this.wiring, accuracy, this.header, applied);
    else this.collector = new SummaryCollector(board, this.wiring, accuracy, applied, limits);
    this.#sinks = [...(this.collector ? [this.collector] : []), ...(options.watch?.(this) ?? [])];
    for (const sink of this.#sinks) void sink.begin(this.header);
  }

  get lastUs(): number | null {
    return this.tally ? this.tally.lastUs : this.collector!.progress().lastUs;
  }

  measured(): Omit<Measured, 'samples'> & { readonly samples: number | null } {
    return this.tally ? this.tally.measured() : this.collector!.measured();
  }

  async add(batch: RowBatch): Promise<void> {
    const block = this.blockOf(batch);
    this.tally?.add(block.timeUs, block.intervalUs!, block.channels, block.powerMw, block.count);
    for (const sink of this.#sinks) await sink.write(block);
  }

  async finish(): Promise<void> {
    for (const sink of this.#sinks) await sink.finish();
  }
}

/** Whether a summary is of the recording that began then and has these components, of which rows may hold a few. */
export const isOfRecording = (
  summary: KnownSummary,
  startUnixUs: number | null,
  components: readonly string[],
): boolean =>
  summary.start_unix_s === (startUnixUs === null ? null : Math.round(startUnixUs) / 1e6) &&
  components.every((component) => component in summary.energy_j);

/** Reads a batch as samples, lent until the next. */
function valuesOf(form: CsvForm): (batch: RowBatch) => SampleBlock {
  const [time, interval] = [columnOf(form, 'time'), columnOf(form, 'interval')];
  const wanted = channelColumns(form);
  const sums = form.columns.flatMap(({ source }, column) => (source.kind === 'sum' ? [column] : []));
  return ({ count, columns }) => {
    const channels: Int32Array[] = [];
    for (const [channel, column] of wanted) channels[channel] = new Int32Array(columns[column]!);
    const timeUs = columns[time]!;
    const instantsNs = timeUs.map((us) => us * 1000);
    return {
      count,
      ...{ timeUs, earliestNs: instantsNs, latestNs: instantsNs, channels },
      powerMw: sums.map((column) => columns[column]!),
      ...(interval < 0 ? {} : { intervalUs: columns[interval]! }),
      events: [],
    };
  };
}

function summed(block: SampleBlock, board: Instrument, wiring: Wiring): SampleBlock {
  const powerMw = wiring.sums.map(() => new Float64Array(block.count));
  sumComponents(wiring, board, block.channels, block.count, powerMw);
  return { ...block, powerMw };
}

function resolvedFor(path: string, board: Instrument, map: MapChoice): Wiring {
  try {
    return chosenWiring(board, map, path);
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === ExitCode.badInput) throw error;
    throw inputError(`${path}: the rails in its rows do not make up the map: ${error.message}`, error);
  }
}

/** The board of the rows; who it was, they do not say. */
const identityOf = ({ id, product }: Instrument, port: string): BoardIdentity => ({
  id,
  product,
  productId: boardFor(id)?.productId ?? 0,
  uid: null,
  name: null,
  firmware: null,
  port,
});

/** The board with those rails whose power stands in the rows, and its wires where all of them do. */
function measuredBoard(form: CsvForm): { readonly board: Instrument; readonly railNames: readonly string[] } {
  const { rails, wires } = form.board;
  const there = new Set(
    form.columns.flatMap(({ source }) => (source.kind === 'channel' ? [source.index] : [])),
  );
  const left = rails.flatMap((rail, n) =>
    there.has(rail.power) ? [{ rail, name: form.railNames[n]! }] : [],
  );
  const whole = [...rails, ...wires].every(({ current, power }) => there.has(current) && there.has(power));
  return {
    board: { ...form.board, rails: left.map(({ rail }) => rail), wires: whole ? wires : [] },
    railNames: left.map(({ name }) => name),
  };
}

function channelColumns({ columns, board }: CsvForm): (readonly [channel: number, column: number])[] {
  const wanted = new Set([
    ...board.rails.flatMap(({ voltage, current, power }) => [voltage, current, power]),
    ...board.wires.flatMap(({ current, power }) => [current, power]),
  ]);
  return columns.flatMap(({ source }, column) =>
    source.kind === 'channel' && wanted.has(source.index) ? [[source.index, column] as const] : [],
  );
}
