import type { Board } from '../board/board.js';
import { boards } from '../board/catalogue.js';
import type { Wiring } from '../measure/rail-map.js';
import { type Column, columnSets, csvColumns } from '../sink/columns.js';

/** What the first row of a CSV says of its rows. */
export interface CsvForm {
  readonly board: Board;
  readonly columns: readonly Column[];
  /** Components in their order, `system` first. */
  readonly components: readonly string[];
  /** In board order, as the columns name them; none where there are only sums. */
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
/** Columns that an earlier powerlog wrote with fewer digits. */
const earlierDecimals: Readonly<Record<string, number>> = { chip_temp_c: 0 };

/**
 * The form whose header these names are; undefined where powerlog writes no such header. The forms are those of the
 * column table itself, for each board, set of columns, and rail that the slot may be on.
 */
export function csvFormOf(names: readonly string[]): CsvForm | undefined {
  const components = componentsIn(names);
  if (components[0] !== 'system' || components.includes('slot')) return undefined;
  const header = names.join();
  for (const board of boards)
    for (const slot of [undefined, ...board.rails.keys()]) {
      const railNames = board.rails.map(({ name }, rail) => (rail === slot ? 'slot' : name));
      const wiring: Wiring = {
        map: { components: {}, slot: null },
        sums: components.map((name) => ({ name, terms: [] })),
        railNames,
      };
      for (const set of columnSets) {
        const columns = columnsOf(board, wiring, set);
        if (columns?.map(({ name }) => name).join() !== header) continue;
        const withRails = columns.some(({ source }) => source.kind === 'channel');
        return { board, columns, components, railNames: withRails ? railNames : [] };
      }
    }
  return undefined;
}

/** The first name that no powerlog gives to a column; undefined where each by itself could be one. */
export function foreignName(names: readonly string[]): string | undefined {
  const known = new Set(['time_s', 'unix_time_s', 'slot_voltage_v', 'slot_current_a']);
  for (const { fields, rails, wires, extraFields } of boards) {
    for (const { voltage, current } of [...rails, ...wires])
      for (const index of [voltage, current]) known.add(fields[index]!.name);
    for (const index of extraFields) known.add(fields[index]!.name);
  }
  return names.find((name) => !known.has(name) && !/^[a-z][a-z0-9_]*_power_w$/.test(name));
}

/** The sums stand behind the instants and before the first rail. */
function componentsIn(names: readonly string[]): string[] {
  const components: string[] = [];
  for (const name of names.slice(2)) {
    const [, component] = /^([a-z][a-z0-9_]*)_power_w$/.exec(name) ?? [];
    if (component === undefined) break;
    components.push(component);
  }
  return components;
}

function columnsOf(board: Board, wiring: Wiring, set: (typeof columnSets)[number]): Column[] | undefined {
  try {
    return csvColumns(board, wiring, set);
  } catch {
    return undefined; // two columns of one name, which it refuses to write
  }
}

export function cellFormOf({ name, decimals, source }: Column, board: Board): CellForm {
  const earlier = earlierDecimals[name];
  return {
    decimals: earlier === undefined || earlier === decimals ? [decimals] : [decimals, earlier],
    maxDigits: source.kind === 'channel' && source.wide ? digits.wide : digits.narrow,
    signed:
      source.kind === 'sum' ||
      (source.kind === 'channel' && board.fields[source.index]!.type.startsWith('int')),
    mayBeEmpty: source.kind === 'unix-time' || (source.kind === 'channel' && source.missing),
  };
}
