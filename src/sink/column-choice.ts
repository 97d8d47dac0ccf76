import type { Instrument } from '../board/board.js';
import { usageError } from '../errors.js';
import type { Wiring } from '../measure/rail-map.js';
import { globPattern } from '../text.js';
import { type Column, type ColumnSet, columnSets, csvColumns } from './columns.js';

const isSet = (text: string): text is ColumnSet => (columnSets as readonly string[]).includes(text);

/** Beside an average: how long it is of. */
const intervalColumn: Column = {
  name: 'interval_s',
  decimals: 6,
  source: { kind: 'interval' },
  title: 'How long the means of this row are of',
};

/**
 * The columns that `--columns` asks for: sets, names, and globs with `*` and `?`, separated by commas. They stand in the
 * CSV's own order, each once, however they are asked for.
 * @throws UserError (usage) for a name that there is not, or a glob that matches none
 */
export function chooseColumns(board: Instrument, wiring: Wiring, choice: string): Column[] {
  if (isSet(choice)) return csvColumns(board, wiring, choice);
  const all = csvColumns(board, wiring, 'all');
  const names = all.map(({ name }) => name);
  const chosen = new Set(
    choice.split(',').flatMap((item) => {
      const wanted = item.trim();
      return isSet(wanted)
        ? csvColumns(board, wiring, wanted).map(({ name }) => name)
        : matching(wanted, names, board);
    }),
  );
  return all.filter(({ name }) => chosen.has(name));
}

/** With the column of the intervals behind the instants. */
export function withInterval(columns: readonly Column[]): Column[] {
  const instants = columns.filter(({ source: { kind } }) => kind === 'time' || kind === 'unix-time');
  return [...instants, intervalColumn, ...columns.slice(instants.length)];
}

function matching(wanted: string, names: readonly string[], { product }: Instrument): string[] {
  const glob = /[*?]/.test(wanted);
  const pattern = globPattern(wanted);
  const found = names.filter((name) => pattern.test(name));
  if (found.length > 0) return found;
  const nearest = nearestNames(wanted.replaceAll(/[*?]/g, ''), [...columnSets, ...names]).join(', ');
  throw usageError(
    glob
      ? `--columns: the ${product} has no column like '${wanted}'; the nearest are ${nearest}`
      : `--columns: the ${product} has no column '${wanted}'; the nearest are ${nearest}; \`powerlog info\` lists all`,
  );
}

const mostNearest = 4;

/** Names that contain it, then those that fewest edits make of it. */
function nearestNames(wanted: string, names: readonly string[]): string[] {
  const distance = (name: string) => (wanted !== '' && name.includes(wanted) ? 0 : edits(wanted, name));
  return names.toSorted((a, b) => distance(a) - distance(b)).slice(0, mostNearest);
}

/** How many letters must be put in, left out or changed to make one of the other (Levenshtein). */
function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[other.length]!;
}
