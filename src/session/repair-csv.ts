import type { BoardIdentity, Warning } from '../block.js';
import type { Board } from '../board/board.js';
import type { ByteWindow } from '../capture/byte-window.js';
import { inputError } from '../errors.js';
import { SummaryCollector } from '../measure/collector.js';
import {
  defaultRailMap,
  type RailMap,
  resolveWiring,
  sumComponents,
  type Wiring,
} from '../measure/rail-map.js';
import { buildSummary } from '../measure/summary.js';
import type { Sink } from '../sink/sink.js';
import type { CsvForm } from '../source/csv-form.js';
import { CsvRows } from '../source/csv-rows.js';
import { tool } from '../tool.js';
import type { Finding, Inspection } from './finding.js';
import { isOfRecording } from './repair-summary.js';

/**
 * Measures a CSV's rows again. The CSV does not tell who the board was, how long it took to answer, where it ran and
 * why there are gaps; a summary that is there may.
 * @throws UserError (badInput) where it is no powerlog CSV, changed otherwise than by a torn end, or not of the given map
 */
export async function inspectCsv(window: ByteWindow, { map, there, watch }: Inspection): Promise<Finding> {
  const rows = await CsvRows.open(window);
  const { form } = rows;
  const withRails = form.railNames.length > 0;
  const board: Board = withRails ? form.board : { ...form.board, rails: [], wires: [] };
  const measured = measuredColumns(form, board);
  const begin = (startUnixUs: number | null, fits: (map: RailMap) => boolean) => {
    const known = there && isOfRecording(there, startUnixUs, form.components) ? there : null;
    const wiring = wiringOf(form, map, known?.map as RailMap | undefined, fits);
    const accuracy = known?.uncertainty.accuracy_share ?? board.nominalAccuracy;
    const collector = new SummaryCollector(board, wiring, accuracy);
    const watcher = known ? watch?.(form.components.length) : undefined;
    const sinks: Sink[] = watcher ? [collector, watcher] : [collector];
    const header = {
      board: identityOf(board, window.input.name),
      startMonotonicNs: null,
      startUnixUs,
      instantsMeasured: false,
    };
    for (const sink of sinks) void sink.begin(header);
    return { collector, sinks };
  };
  let begun: ReturnType<typeof begin> | undefined;
  for await (const { count, columns } of rows.batches()) {
    const [timeUs, unixUs] = [columns[0]!, columns[1]!];
    const channels: Int32Array[] = [];
    for (const [channel, column] of measured) channels[channel] = Int32Array.from(columns[column]!);
    const powerMw = form.components.map((_, n) => columns[2 + n]!);
    const startUnixUs = Number.isNaN(unixUs[0]!) ? null : unixUs[0]! - timeUs[0]!;
    begun ??= begin(startUnixUs, (each) =>
      explains(resolveWiring(board, each), board, channels, powerMw, count),
    );
    const instantsNs = timeUs.map((us) => us * 1000);
    const raw = { count, frames: new Uint8Array(0), requestNs: instantsNs, replyNs: instantsNs, events: [] };
    for (const sink of begun.sinks) await sink.write({ count, timeUs, channels, powerMw, raw });
  }
  const { collector, sinks } = begun ?? begin(null, () => true);
  for (const sink of sinks) await sink.finish();
  const { wholeBytes, torn } = rows;
  const unknownMap = Object.values(collector.wiring.map.components).some((rails) => rails.length === 0);
  const warnings: Warning[] = [
    {
      code: 'rebuilt',
      message:
        'made again from the rows alone: the board, the host, round trips and the causes of gaps' +
        `${unknownMap ? ', and the map,' : ''} are not known`,
    },
  ];
  if (torn || window.input.tear?.kind === 'cut')
    warnings.push({
      code: 'repaired',
      message: `the recording was cut off behind byte ${wholeBytes} of its CSV`,
    });
  const summary = buildSummary(collector.measured(), { tool, host: {}, warnings });
  return {
    samples: summary.samples,
    lastUs: collector.progress().lastUs,
    wholeBytes,
    torn,
    tail: new Uint8Array(0),
    knowsBoard: false,
    summary,
    partFacts: collector.partFacts(),
  };
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

/** The channels that are measured, of rails and of wires, and their columns. */
function measuredColumns({ columns }: CsvForm, board: Board): (readonly [channel: number, column: number])[] {
  const wanted = new Set([...board.rails, ...board.wires].flatMap(({ current, power }) => [current, power]));
  return columns.flatMap(({ source }, column) =>
    source.kind === 'channel' && wanted.has(source.index) ? [[source.index, column] as const] : [],
  );
}

/**
 * The map that the rows were written with: the given one, the one that the summary names, or the default one, where its
 * sums are those of the rows, with the slot where a column bears that name. Otherwise the components' names are all
 * that is known of it.
 */
function wiringOf(
  { board, railNames, components }: CsvForm,
  given: RailMap | undefined,
  told: RailMap | undefined,
  fits: (map: RailMap) => boolean,
): Wiring {
  const sums = components.map((name) => ({ name, terms: [] }));
  const rail = board.rails[railNames.indexOf('slot')]?.name;
  const withSlot = (map: RailMap): RailMap[] =>
    rail === undefined || map.slot !== null
      ? [map]
      : (['motherboard', 'psu'] as const).map((feed) => ({ ...map, slot: { rail, feed } }));
  const named = (map: RailMap) => ['system', ...Object.keys(map.components)].join() === components.join();
  const candidates = (given ? [given] : [...(told ? [told] : []), defaultRailMap]).filter(named);
  const found =
    railNames.length > 0
      ? candidates.flatMap(withSlot).find((map) => isWired(board, map) && fits(map))
      : // Sums alone do not tell what they were made of.
        candidates.find((map) => map !== defaultRailMap);
  if (given && !found)
    throw inputError(
      `the sums of ${components.join(', ')} in the rows do not come from the map that was given`,
    );
  const unknown = {
    components: Object.fromEntries(components.slice(1).map((name) => [name, []])),
    slot: null,
  };
  // The sums stand in the rows already: the collector needs their names alone.
  return { map: found ?? unknown, sums, railNames };
}

/** Whether the map is one of this board at all. */
function isWired(board: Board, map: RailMap): boolean {
  try {
    return resolveWiring(board, map).sums.length > 0;
  } catch {
    return false;
  }
}

/** Whether the rails of these rows add up to their sums. */
function explains(
  wiring: Wiring,
  board: Board,
  channels: readonly Int32Array[],
  powerMw: readonly Float64Array[],
  count: number,
): boolean {
  const computed = powerMw.map(() => new Float64Array(count));
  sumComponents(wiring, board, channels, count, computed);
  return computed.every((column, n) => column.every((mw, row) => mw === powerMw[n]![row]));
}
