import type { BoardIdentity, Warning } from '../block.js';
import type { Board } from '../board/board.js';
import { boards } from '../board/catalogue.js';
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
import { CsvRows } from '../source/csv-rows.js';
import { tool } from '../tool.js';
import type { Finding } from './finding.js';

/**
 * Measures a CSV's rows again. The CSV does not tell who the board was, how long it took to answer, where it ran and
 * why there are gaps; the summary says so.
 * @param given The map it was recorded with, where that is not the default one.
 * @throws UserError (badInput) where it is no powerlog CSV, broken before its end, or not of the given map
 */
export async function inspectCsv(window: ByteWindow, given: RailMap | undefined): Promise<Finding> {
  const { name } = window.input;
  const rows = await CsvRows.open(window);
  const csv = readColumns(rows.names, name);
  const { board, powers, sums } = csv;
  let collector: SummaryCollector | undefined;
  for await (const { count, columns } of rows.batches()) {
    const [timeUs, unixUs] = [columns[0]!, columns[1]!];
    const channels: Int32Array[] = [];
    for (const [rail, column] of powers)
      channels[board.rails[rail]!.power] = Int32Array.from(columns[column]!);
    const powerMw = sums.map(([, column]) => columns[column]!);
    if (!collector) {
      const wiring = wiringOf(csv, given, (map) =>
        explains(resolveWiring(board, map), board, channels, powerMw, count),
      );
      collector = beginCollector(board, wiring, name, unixUs[0]! - timeUs[0]!);
    }
    const instantsNs = timeUs.map((us) => us * 1000);
    const raw = { count, frames: new Uint8Array(0), requestNs: instantsNs, replyNs: instantsNs, events: [] };
    collector.write({ count, timeUs, channels, powerMw, raw });
  }
  collector ??= beginCollector(
    board,
    wiringOf(csv, given, () => true),
    name,
    Number.NaN,
  );
  await collector.finish();
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
  if (torn)
    warnings.push({
      code: 'repaired',
      message: `the recording was cut off behind byte ${wholeBytes} of its CSV`,
    });
  const summary = buildSummary(collector.measured(), { tool, host: {}, warnings });
  return { samples: summary.samples, wholeBytes, torn, tail: new Uint8Array(0), summary };
}

function beginCollector(board: Board, wiring: Wiring, port: string, startUnixUs: number): SummaryCollector {
  const { id, product, productId, nominalAccuracy } = board;
  const identity: BoardIdentity = {
    id,
    product,
    productId,
    uid: null,
    name: null,
    firmware: null,
    port,
  };
  const collector = new SummaryCollector(board, wiring, nominalAccuracy);
  collector.begin({
    board: identity,
    startMonotonicNs: null,
    startUnixUs: Number.isNaN(startUnixUs) ? null : startUnixUs,
    instantsMeasured: false,
  });
  return collector;
}

interface CsvColumns {
  readonly board: Board;
  readonly railNames: readonly string[];
  /** By rail, the column of its power. */
  readonly powers: readonly (readonly [rail: number, column: number])[];
  /** Component and column, `system` first. */
  readonly sums: readonly (readonly [component: string, column: number])[];
}

/** Finds the board whose rails the columns name; the one that is missing is called `slot`. */
function readColumns(names: readonly string[], path: string): CsvColumns {
  const firstRail = names.findIndex((name) => name.endsWith('_voltage_v'));
  const sumsEnd = firstRail < 0 ? names.length : firstRail;
  const sums = names.slice(2, sumsEnd).map((name, n) => [name.replace(/_power_w$/, ''), n + 2] as const);
  if (sums[0]?.[0] !== 'system') throw inputError(`${path}: its third column is not system_power_w`);
  if (firstRail < 0) return { board: { ...boards[0]!, rails: [] }, railNames: [], powers: [], sums };
  for (const board of boards) {
    const railNames = board.rails.map(({ name }) => (names.includes(`${name}_power_w`) ? name : 'slot'));
    const powers = railNames.map(
      (name, rail) => [rail, names.indexOf(`${name}_power_w`, firstRail)] as const,
    );
    const known = new Set(railNames).size === railNames.length && powers.every(([, column]) => column >= 0);
    if (known) return { board, railNames, powers, sums };
  }
  throw inputError(`${path}: its rails are of no board that this powerlog knows`);
}

/**
 * The map that the rows were written with: the given or the default one where its sums are those of the rows, with the
 * slot where a column bears that name. Otherwise the components' names are all that is known of it.
 */
function wiringOf(
  { board, railNames, sums }: CsvColumns,
  given: RailMap | undefined,
  fits: (map: RailMap) => boolean,
): Wiring {
  const components = sums.map(([name]) => name);
  const map = given ?? defaultRailMap;
  const named = ['system', ...Object.keys(map.components)];
  const rail = board.rails[railNames.indexOf('slot')]?.name;
  const candidates: RailMap[] =
    rail === undefined || map.slot !== null
      ? [map]
      : (['motherboard', 'psu'] as const).map((feed) => ({ ...map, slot: { rail, feed } }));
  const found =
    named.join() === components.join() && railNames.length > 0 ? candidates.find(fits) : undefined;
  if (given && !found && railNames.length > 0)
    throw inputError(
      `the sums of ${components.join(', ')} in the rows do not come from the map that was given`,
    );
  const unknown = {
    components: Object.fromEntries(components.slice(1).map((name) => [name, []])),
    slot: null,
  };
  // The sums stand in the rows already: the collector needs their names alone.
  return { map: found ?? given ?? unknown, sums: components.map((name) => ({ name, terms: [] })), railNames };
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
