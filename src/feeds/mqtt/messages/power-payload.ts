import { missingValue } from '../../../board/frame.js';
import type { Column } from '../../../sink/columns.js';
import type { SampleRows } from '../../../stream/sample-block.js';

const usPerS = 1e6;

/** Seconds of a recording, and of the clock on the wall: whole µs as a decimal that a double can hold. */
export const instantOf = (us: number, startUnixUs: number): { time_s: number; unix_time_s: number } => ({
  time_s: us / usPerS,
  unix_time_s: (startUnixUs + us) / usPerS,
});

/** A row's cells by the names that the CSV gives them; a probe that is not connected is absent. */
export function cellsOf(
  rows: SampleRows,
  row: number,
  columns: readonly Column[],
): [name: string, value: number][] {
  return columns.flatMap((column) => {
    const value = integerOf(rows, row, column);
    return value === null ? [] : [[column.name, value / 10 ** column.decimals] as [string, number]];
  });
}

function integerOf(rows: SampleRows, row: number, { source }: Column): number | null {
  if (source.kind === 'sum') return rows.powerMw[source.index]![row]!;
  if (source.kind === 'interval') return rows.intervalUs![row]!;
  if (source.kind !== 'channel' || source.wide) return null;
  const value = rows.channels[source.index]?.[row];
  return value === undefined || (source.missing && value === missingValue) ? null : value;
}

/** Joules, to the nanojoule; absent where they are not known. */
export const energiesOf = (
  components: readonly string[],
  energyJ: readonly number[] | null,
): [name: string, value: number][] =>
  energyJ === null
    ? []
    : components.map((name, c) => [`${name}_energy_j`, Number(energyJ[c]!.toFixed(9))] as [string, number]);
