import type { Instrument } from '../../board/board.js';
import { boards } from '../../board/catalogue.js';
import { TableBuilder } from '../../board/table-builder.js';
import type { Wiring } from '../../measure/rail-map.js';
import { withInterval } from '../../sink/column-choice.js';
import { type Column, type ColumnSource, columnSets, csvColumns } from '../../sink/columns.js';

/** What the first row of a CSV says of its rows. */
export interface CsvForm {
  readonly board: Instrument;
  readonly columns: readonly Column[];
  /** Whether it is a whole set, so that its rails can be held against its sums. */
  readonly complete: boolean;
  /** Components in their order, `system` first where it is there. */
  readonly components: readonly string[];
  /** By rail of the board, as columns name it. */
  readonly railNames: readonly string[];
}

/** A cell as powerlog writes it. */
export interface CellForm {
  /** How many digits behind the point there may be; all cells of a column have as many. */
  readonly decimals: readonly number[];
  readonly maxDigits: number;
  readonly signed: boolean;
  readonly mayBeEmpty: boolean;
}

/** The largest number that a cell holds exactly has 16; 64 bits make 20. */
const digits = { narrow: 16, wide: 20 };
const nobody = { id: 'unknown', product: 'unknown' };
/** Columns that an earlier powerlog wrote with fewer digits. */
const earlierDecimals: Readonly<Record<string, number>> = { chip_temp_c: 0 };

/**
 * The form whose header these names are; undefined where powerlog writes no such header. The forms are those of the
 * column table itself, for each board, and rail that the slot may be on: its sets, and what names and globs choose, with
 * the interval of means behind the instants or without.
 */
export function csvFormOf(names: readonly string[]): CsvForm | undefined {
  const bare = names.filter((name) => name !== 'interval_s');
  if (bare.length === 0) return undefined;
  const averaged = bare.length < names.length;
  for (const complete of [true, false]) {
    const fits = boards.flatMap((board) => formOf(board, bare, complete, averaged, names) ?? []);
    const own = fits.length === 0 ? boardOfRails(bare) : undefined;
    const form = fits[0] ?? (own && formOf(own, bare, complete, averaged, names));
    if (form) return { ...form, board: sharedBy(form.board, fits) };
  }
  return undefined;
}

/** The board of a form, of which no more is told than what all say whose form it may be: sums alone are anybody's. */
function sharedBy(board: Instrument, fits: readonly CsvForm[]): Instrument {
  const { id, product, nominalAccuracy } = board;
  const others = fits.map((fit) => fit.board);
  return {
    ...board,
    ...(others.every((other) => other.id === id) ? { id, product } : nobody),
    nominalAccuracy: others.every((other) => other.nominalAccuracy === nominalAccuracy)
      ? nominalAccuracy
      : null,
  };
}

function formOf(
  board: Instrument,
  bare: readonly string[],
  complete: boolean,
  averaged: boolean,
  names: readonly string[],
): CsvForm | undefined {
  const components = componentsIn(bare, new Set([...board.rails, ...board.wires].map(({ name }) => name)));
  if (components.indexOf('system') > 0) return undefined;
  // Which rail the slot is on shows in its own columns alone.
  const hasSlot = bare.some((name) => /^slot_(?:voltage_v|current_a|power_w)$/.test(name));
  const slots = [undefined, ...(hasSlot ? board.rails.keys() : [])];
  for (const slot of slots) {
    const railNames = board.rails.map(({ name }, rail) => (rail === slot ? 'slot' : name));
    const wiring: Wiring = {
      map: { components: {}, slot: null },
      sums: components.map((name) => ({ name, terms: [] })),
      railNames,
    };
    for (const set of complete ? columnSets : (['all'] as const)) {
      const all = columnsOf(board, wiring, set);
      const wanted = new Set(bare);
      const chosen = complete ? all : all?.filter(({ name }) => wanted.has(name));
      if (!chosen) continue;
      const columns = averaged ? withInterval(chosen) : chosen;
      if (columns.map(({ name }) => name).join() !== names.join()) continue;
      return { board, columns, complete, components, railNames };
    }
  }
  return undefined;
}

/**
 * A board that none of the tables is for, such as a user's own, as far as names tell: its rails, where they stand as powerlog
 * writes them. Undefined where there is none.
 */
function boardOfRails(names: readonly string[]): Instrument | undefined {
  const table = new TableBuilder();
  const rails = names.flatMap((name, n) => {
    const rail = name.replace(/_voltage_v$/, '');
    const isRail =
      rail !== name && names[n + 1] === `${rail}_current_a` && names[n + 2] === `${rail}_power_w`;
    return isRail ? [table.rail(rail, rail, 0)] : [];
  });
  if (rails.length === 0) return undefined;
  const { bytes: frameBytes, fields } = table;
  return {
    ...{ ...nobody, frameBytes, fields, rails, wires: [], extraFields: [] },
    ...{ faults: null, totals: [], ownSupply: null, calibration: [], components: {} },
    nominalAccuracy: null,
  };
}

/** Where a column of this kind stands; -1 where there is none. */
export const columnOf = ({ columns }: CsvForm, kind: ColumnSource['kind']): number =>
  columns.findIndex(({ source }) => source.kind === kind);

/** The first name that no powerlog gives to a column; undefined where each by itself could be one. */
export function foreignName(names: readonly string[]): string | undefined {
  const ofRails = new Set(
    boardOfRails(names.filter((name) => name !== 'interval_s'))?.fields.map(({ name }) => name),
  );
  const known = new Set(['time_s', 'unix_time_s', 'interval_s', 'slot_voltage_v', 'slot_current_a']);
  for (const { fields, rails, wires, extraFields } of boards) {
    for (const { voltage, current } of [...rails, ...wires])
      for (const index of [voltage, current]) known.add(fields[index]!.name);
    for (const index of extraFields) known.add(fields[index]!.name);
  }
  return names.find(
    (name) => !known.has(name) && !ofRails.has(name) && !/^[a-z][a-z0-9_]*_power_w$/.test(name),
  );
}

/** The sums stand behind the instants and before the first rail. */
function componentsIn(names: readonly string[], rails: ReadonlySet<string>): string[] {
  const components: string[] = [];
  for (const name of names.filter((each) => each !== 'time_s' && each !== 'unix_time_s')) {
    const [, component] = /^([a-z][a-z0-9_]*)_power_w$/.exec(name) ?? [];
    if (component === undefined || component === 'slot' || rails.has(component)) break;
    components.push(component);
  }
  return components;
}

function columnsOf(
  board: Instrument,
  wiring: Wiring,
  set: (typeof columnSets)[number],
): Column[] | undefined {
  try {
    return csvColumns(board, wiring, set);
  } catch {
    return undefined; // two columns of one name, which it refuses to write
  }
}

/** @param averaged Of rows of means: what is carried from one to the next may bring a power below 0. */
export function cellFormOf(
  { name, decimals, source }: Column,
  board: Instrument,
  averaged: boolean,
): CellForm {
  const earlier = earlierDecimals[name];
  return {
    decimals: earlier === undefined || earlier === decimals ? [decimals] : [decimals, earlier],
    maxDigits: source.kind === 'channel' && source.wide ? digits.wide : digits.narrow,
    signed:
      source.kind === 'sum' ||
      (source.kind === 'channel' && averaged) ||
      (source.kind === 'channel' && board.fields[source.index]!.type.startsWith('int')),
    mayBeEmpty: source.kind === 'unix-time' || (source.kind === 'channel' && source.missing),
  };
}
