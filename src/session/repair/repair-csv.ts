import type { Board } from '../../board/board.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { SummaryCollector } from '../../measure/collector.js';
import { type RailMap, resolveWiring, type Wiring } from '../../measure/rail-map.js';
import { buildSummary, type Measured } from '../../measure/summary.js';
import type { Sink } from '../../sink/sink.js';
import type { BoardIdentity, RecordingHeader } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';
import { tool } from '../../tool.js';
import { type CsvForm, columnOf } from './csv-form.js';
import { CsvRows, type RowBatch } from './csv-rows.js';
import type { Finding, Inspection } from './finding.js';
import { explains, wiringOf } from './repair-map.js';
import { MeanTally } from './repair-means.js';
import { isOfRecording } from './repair-summary.js';

/**
 * Measures a CSV's rows again, samples or means of intervals. The CSV does not tell who the board was, how long it took to
 * answer, where it ran and why there are gaps; a summary that is there may.
 * @throws UserError (badInput) where it is no powerlog CSV, changed otherwise than by a torn end, or not of the given map
 */
export async function inspectCsv(window: ByteWindow, inspection: Inspection): Promise<Finding> {
  const rows = await CsvRows.open(window);
  const { form } = rows;
  const unit = columnOf(form, 'interval') < 0 ? 'sample' : 'mean';
  const names = form.columns.map(({ name }) => name);
  const lacking = ['time_s', 'system_power_w'].filter((name) => !names.includes(name));
  let count = 0;
  let figures: Figures | undefined;
  for await (const batch of rows.batches()) {
    count += batch.count;
    if (lacking.length > 0) continue;
    figures ??= new Figures(form, inspection, window.input.name, batch);
    await figures.add(batch);
  }
  if (lacking.length === 0) figures ??= new Figures(form, inspection, window.input.name, null);
  await figures?.finish();
  const { wholeBytes, torn } = rows;
  const cutAt = torn || window.input.tear?.kind === 'cut' ? wholeBytes : null;
  return {
    samples: count,
    unit,
    firstUs: figures?.tally?.firstUs ?? null,
    lastUs: figures?.lastUs ?? null,
    wholeBytes,
    torn,
    tail: new Uint8Array(0),
    knowsBoard: false,
    dated: columnOf(form, 'unix-time') >= 0,
    lacking,
    summary: figures ? summaryOf(figures, unit, cutAt) : null,
    partFacts: figures?.collector?.partFacts() ?? null,
  };
}

function summaryOf(figures: Figures, unit: Finding['unit'], cutAt: number | null) {
  const unknownMap = Object.values(figures.wiring.map.components).some((rails) => rails.length === 0);
  const warnings: Warning[] = [
    {
      code: 'rebuilt',
      message:
        `made again from the rows alone${unit === 'mean' ? `, ${ofMeans}` : ''}: the board, the host, round trips and the causes of gaps` +
        `${unknownMap ? ', and the map,' : ''} are not known`,
    },
  ];
  if (cutAt !== null)
    warnings.push({ code: 'repaired', message: `the recording was cut off behind byte ${cutAt} of its CSV` });
  return buildSummary(figures.measured(), { tool, host: {}, warnings });
}

const ofMeans = 'means of intervals, whose energies are mean × interval_s, without what lies in gaps';

/** The figures of rows. */
class Figures {
  readonly wiring: Wiring;
  /** Of samples. */
  readonly collector: SummaryCollector | undefined;
  /** Of means. */
  readonly tally: MeanTally | undefined;
  readonly #sinks: Sink[] = [];
  readonly #columns: { readonly time: number; readonly interval: number; readonly sums: readonly number[] };
  /** Channels that are measured, and their columns. */
  readonly #channels: readonly (readonly [channel: number, column: number])[];

  /** @param first The first rows, which tell the map; null where there are none. */
  constructor(form: CsvForm, { map, there, watch }: Inspection, port: string, first: RowBatch | null) {
    const { board, railNames } = measuredBoard(form);
    this.#channels = channelColumns(form);
    const unixTime = columnOf(form, 'unix-time');
    this.#columns = {
      time: columnOf(form, 'time'),
      interval: columnOf(form, 'interval'),
      sums: form.columns.flatMap(({ source }, column) => (source.kind === 'sum' ? [column] : [])),
    };
    const startUs =
      first && unixTime >= 0 ? first.columns[unixTime]![0]! - first.columns[0]![0]! : Number.NaN;
    const startUnixUs = Number.isNaN(startUs) ? null : startUs;
    const isKnown = there && unixTime >= 0 && isOfRecording(there, startUnixUs, form.components);
    const known = isKnown ? there : null;
    const fits = (each: RailMap) => {
      if (!first) return true;
      const { channels, powerMw } = this.#valuesOf(first);
      return explains(resolveWiring(board, each), board, channels, powerMw, first.count);
    };
    this.wiring = wiringOf(form, railNames, map, known?.map as RailMap | undefined, fits);
    const accuracy = known?.uncertainty.accuracy_share ?? board.nominalAccuracy;
    const header: RecordingHeader = {
      board: identityOf(board, port),
      startMonotonicNs: null,
      startUnixUs,
      timing: 'nominal',
    };
    if (this.#columns.interval >= 0) {
      this.tally = new MeanTally(board, this.wiring, accuracy, header);
      return;
    }
    this.collector = new SummaryCollector(board, this.wiring, accuracy);
    const watchers = known ? watch?.(form.components.length) : undefined;
    this.#sinks = [this.collector, ...(watchers ?? [])];
    for (const sink of this.#sinks) void sink.begin(header);
  }

  get lastUs(): number | null {
    return this.tally ? this.tally.lastUs : this.collector!.progress().lastUs;
  }

  measured(): Omit<Measured, 'samples'> & { readonly samples: number | null } {
    return this.tally ? this.tally.measured() : this.collector!.measured();
  }

  async add(batch: RowBatch): Promise<void> {
    const { count } = batch;
    const { timeUs, channels, powerMw } = this.#valuesOf(batch);
    if (this.tally) {
      this.tally.add(timeUs, batch.columns[this.#columns.interval]!, channels, powerMw, count);
      return;
    }
    const instantsNs = timeUs.map((us) => us * 1000);
    const instants = { timeUs, earliestNs: instantsNs, latestNs: instantsNs };
    for (const sink of this.#sinks) await sink.write({ count, ...instants, channels, powerMw, events: [] });
  }

  async finish(): Promise<void> {
    for (const sink of this.#sinks) await sink.finish();
  }

  #valuesOf({ columns }: RowBatch) {
    const channels: Int32Array[] = [];
    for (const [channel, column] of this.#channels) channels[channel] = Int32Array.from(columns[column]!);
    const powerMw = this.#columns.sums.map((column) => columns[column]!);
    return { timeUs: columns[this.#columns.time]!, channels, powerMw };
  }
}

/** The board of the rows; who it was, they do not say. */
const identityOf = ({ id, product, productId }: Board, port: string): BoardIdentity => ({
  id,
  product,
  productId,
  uid: null,
  name: null,
  firmware: null,
  port,
});

/** The board with those rails whose power stands in the rows, and its wires where all of them do. */
function measuredBoard(form: CsvForm): { readonly board: Board; readonly railNames: readonly string[] } {
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
  const wanted = new Set([...board.rails, ...board.wires].flatMap(({ current, power }) => [current, power]));
  return columns.flatMap(({ source }, column) =>
    source.kind === 'channel' && wanted.has(source.index) ? [[source.index, column] as const] : [],
  );
}
