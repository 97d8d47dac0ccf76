import { cellOf } from '../meaning/cells.js';
import { unitNamed } from '../meaning/units.js';

/** How a text file is a table. */
export interface TableForm {
  readonly separator: string;
  readonly names: readonly string[];
  /** Lines before its first row of cells: a remark, a header. */
  readonly headLines: number;
  /** Whether cells stand in quotes, in which a separator or a line end is text. */
  readonly isQuoted: boolean;
}

/** What may stand between cells, the surest first: a comma may also be a decimal one. */
const separators = ['\t', ';', '|', ',', ' '];
/** So many lines tell. */
const formLines = 60;
/** Of them as many have as many cells as most. */
const mostShare = 0.8;

/** How the first lines of a text are a table; null where they are none. */
export function tableFormOf(text: string): TableForm | null {
  const lines = text.split('\n', formLines).map((line) => line.replace(/\r$/, ''));
  const isQuoted = text.includes('"');
  for (const separator of separators) {
    const rows = lines.map((line) => splitRow(line, separator));
    const count = usualCount(rows.filter((_, n) => lines[n]!.trim() !== ''));
    if (count < 2) continue;
    // Prose has spaces too.
    if (separator === ' ' && !rows.some((row) => row.length === count && row.some(isValue))) continue;
    const first = rows.findIndex((row) => row.length === count);
    return { separator, isQuoted, ...headerOf(rows, first) };
  }
  return null;
}

/** How many cells the rows have; 0 where they do not agree. */
function usualCount(rows: readonly (readonly string[])[]): number {
  const tally = new Map<number, number>();
  // A remark in front of a short table may not outvote it.
  for (const { length } of rows) if (length > 1) tally.set(length, (tally.get(length) ?? 0) + 1);
  const [count, times] = [...tally].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  const counted = [...tally.values()].reduce((sum, each) => sum + each, 0);
  const withText = rows.filter((row) => row.length > 1 || row[0] !== '').length;
  return times >= mostShare * counted && counted >= Math.min(withText / 2, 3) ? count : 0;
}

function headerOf(
  rows: readonly (readonly string[])[],
  first: number,
): Pick<TableForm, 'names' | 'headLines'> {
  const header = rows[first]!.map((name, n) => (n === 0 ? name.replace(/^#\s*/, '') : name));
  const isNamed = header.every((name) => !isValue(name)) && header.some((name) => /[a-z]/i.test(name));
  if (!isNamed) return { names: header.map((_, n) => `column ${n + 1}`), headLines: first };
  // Some write the units on a line of their own.
  const below = rows[first + 1] ?? [];
  const hasUnits =
    below.length === header.length &&
    below.some((cell) => unitNamed(bare(cell))) &&
    below.every((cell) => !isValue(cell));
  const names = hasUnits
    ? header.map((name, n) => (unitNamed(bare(below[n]!)) ? `${name} [${bare(below[n]!)}]` : name))
    : header;
  return { names, headLines: first + (hasUnits ? 2 : 1) };
}

const bare = (cell: string): string => cell.replace(/^#?\s*[[(]?|[\])]$/g, '');

/** Whether a cell is what data are and names are not: a number, an instant. */
const isValue = (cell: string): boolean => /^[-+.]?\d/.test(cell) && cellOf(cell) !== 'text';

/** The cells of one line, trimmed and without quotes. */
export function splitRow(line: string, separator: string): string[] {
  if (separator === ' ') return line.trim().split(/ +/).map(unquoted);
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let [start, isInside] = [0, false];
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') isInside = !isInside;
    if (at < line.length && (isInside || line[at] !== separator)) continue;
    cells.push(unquoted(line.slice(start, at)));
    start = at + 1;
  }
  return cells;
}

const unquoted = (cell: string): string => {
  const [, inside] = /^\s*"(.*)"\s*$/s.exec(cell) ?? [];
  return inside === undefined ? cell.trim() : inside.replaceAll('""', '"').trim();
};
