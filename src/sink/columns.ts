import type { Instrument, Rail } from '../board/board.js';
import { usageError } from '../errors.js';
import type { Wiring } from '../measure/rail-map.js';

/** The sets that `--columns` offers. */
export const columnSets = ['power', 'rails', 'all'] as const;
export type ColumnSet = (typeof columnSets)[number];

/** Where a column's integers come from. */
export type ColumnSource =
  | { readonly kind: 'time' }
  | { readonly kind: 'unix-time' }
  /** `SampleRows.intervalUs`. */
  | { readonly kind: 'interval' }
  /** An index into `SampleRows.powerMw`. */
  | { readonly kind: 'sum'; readonly index: number }
  /** An index into `SampleRows.channels`; `missing` where a probe may be unplugged, `wide` where a row takes two words. */
  | {
      readonly kind: 'channel';
      readonly index: number;
      readonly missing: boolean;
      readonly wide: boolean;
    };

export interface Column {
  /** Ends in its unit. */
  readonly name: string;
  /** Digits after the point. */
  readonly decimals: number;
  readonly source: ColumnSource;
  /** For people: what it is. */
  readonly title: string;
}

/**
 * The CSV's columns, left to right: the instants, the sums, the board's channels.
 * @throws UserError (usage) where two of them would bear one name.
 */
export function csvColumns(board: Instrument, wiring: Wiring, set: ColumnSet): Column[] {
  const columns: Column[] = [
    { name: 'time_s', decimals: 6, source: { kind: 'time' }, title: 'Seconds since the recording began' },
    { name: 'unix_time_s', decimals: 6, source: { kind: 'unix-time' }, title: 'UTC, seconds since 1970' },
    ...wiring.sums.map(({ name }, index) => sumColumn(name, index)),
  ];
  if (set !== 'power') columns.push(...railColumns(board, wiring));
  if (set === 'all') columns.push(...board.extraFields.map((index) => channelColumn(board, index)));

  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name))
      throw usageError(`two columns would be named '${name}': rename the component in the map`);
    seen.add(name);
  }
  return columns;
}

function sumColumn(component: string, index: number): Column {
  const title = component === 'system' ? 'All components together' : `Component ${component}`;
  return { name: `${component}_power_w`, decimals: 3, source: { kind: 'sum', index }, title };
}

function railColumns(board: Instrument, wiring: Wiring): Column[] {
  const three = ({ voltage, current, power }: Rail, name: string) => [
    channelColumn(board, voltage, `${name}_voltage_v`),
    channelColumn(board, current, `${name}_current_a`),
    channelColumn(board, power, `${name}_power_w`),
  ];
  return [
    ...board.rails.flatMap((rail, index) => three(rail, wiring.railNames[index]!)),
    ...board.wires.flatMap((wire) => three(wire, wire.name)),
  ];
}

function channelColumn(board: Instrument, index: number, name?: string): Column {
  const field = board.fields[index]!;
  return {
    name: name ?? field.name,
    decimals: field.decimals,
    source: {
      kind: 'channel',
      index,
      missing: field.missing !== undefined,
      wide: field.type === 'uint64',
    },
    title: field.title,
  };
}

/** The channels that these columns need decoded, as indexes into the board's fields. */
export const channelsOf = (columns: readonly Column[]): Set<number> =>
  new Set(columns.flatMap(({ source }) => (source.kind === 'channel' ? [source.index] : [])));
