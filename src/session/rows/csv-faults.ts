import { type CellForm, type CsvForm, foreignName } from './csv-form.js';

/*
 * What is wrong with a CSV that is not exactly what powerlog writes, for people. Text is Latin-1, a character a byte.
 */

const instants = 'time_s,unix_time_s';
const byteOrderMark = '\u00ef\u00bb\u00bf';

/**
 * Why these are not the first row of a powerlog CSV.
 * @param ended whether a line end stands behind them
 * @param outcome what becomes of one that was changed
 */
export function explainHeader(text: string, ended: boolean, outcome: string): string {
  const bare = text.replace(byteOrderMark, '').replaceAll('"', '').replace(/\r$/, '');
  const names = bare.split(',');
  // The last of them may be a part of one.
  const first = names.length > 1 || ended ? names.slice(0, 1) : [];
  const begins = first.length > 0 && foreignName(first) === undefined;
  if (!ended && text !== '' && (instants.startsWith(text) || begins))
    return 'ends inside its first row (line 1): it holds no samples';
  if (text === '' && !ended) return 'holds nothing';
  const why = (what: string) => `was changed since powerlog wrote it (line 1: ${what}), and ${outcome}`;
  if (!begins)
    return `is neither a capture nor a powerlog CSV, whose first row (line 1) begins with ${instants} or other columns of its own`;
  if (text.startsWith(byteOrderMark)) return why('a byte order mark stands before the header');
  if (text.endsWith('\r')) return why('lines end in CR LF');
  if (text.includes('"')) return why('names are quoted');
  const foreign = foreignName(text.split(','));
  // Another board's, a sensor's file, or one that got a column since: the names do not tell which.
  if (foreign !== undefined)
    return `is not a board's CSV as powerlog writes it (line 1: '${short(foreign)}' is no column of a board that powerlog has a table for), and ${outcome}. A sensor's file is for \`powerlog compare\`, or for \`powerlog report\` behind its board's; a board that no table is for is read from its capture, or with --columns rails`;
  return why('its columns are not a set that powerlog writes, in its order');
}

/** Why a line is no row. */
export function explainRow(
  line: string,
  { columns }: CsvForm,
  cells: readonly CellForm[],
  decimals: readonly number[],
): string {
  if (line === '') return 'it is empty';
  if (line === columns.map(({ name }) => name).join() || line.startsWith(instants))
    return 'it is a header, as where another CSV was appended';
  if (line.includes('\0')) return 'it holds NULs, with more behind them';
  if (line.endsWith('\r')) return 'it ends in CR LF';
  const found = line.split(',');
  const wrong = found.findIndex(
    (cell, n) => n < cells.length && !cellPattern(cells[n]!, decimals[n]!).test(cell),
  );
  if (wrong >= 0) {
    const example = exampleOf(decimals[wrong]!, cells[wrong]!);
    return `${columns[wrong]!.name} is '${short(found[wrong]!)}', which powerlog writes as ${example}`;
  }
  return `it has ${found.length} cells, the header ${columns.length}`;
}

/** Whether a text is what a row begins with, or nothing. */
export function isRowStart(text: string, cells: readonly CellForm[], decimals: readonly number[]): boolean {
  const found = text.split(',');
  const last = found.pop()!;
  if (cells.length === 1 && (text === '"' || text === '""')) return cells[0]!.mayBeEmpty;
  return (
    found.length < cells.length &&
    found.every((cell, n) => cellPattern(cells[n]!, decimals[n]!).test(cell)) &&
    cellStartPattern(cells[found.length]!, decimals[found.length]!).test(last)
  );
}

const digitsOf = ({ decimals }: CellForm, decided: number): readonly number[] =>
  decided < 0 ? decimals : [decided];

function cellPattern(cell: CellForm, decided: number): RegExp {
  const fractions = digitsOf(cell, decided).map((digits) => (digits === 0 ? '' : `\\.\\d{${digits}}`));
  const sign = cell.signed ? '(?!-[0.]*$)-?' : '';
  return new RegExp(`^(?:${sign}(?:0|[1-9]\\d*)(?:${fractions.join('|')}))${cell.mayBeEmpty ? '?' : ''}$`);
}

function cellStartPattern(cell: CellForm, decided: number): RegExp {
  const most = Math.max(...digitsOf(cell, decided));
  const fraction = most === 0 ? '' : `(?:\\.\\d{0,${most}})?`;
  return new RegExp(`^${cell.signed ? '-?' : ''}(?:(?:0|[1-9]\\d*)${fraction})?$`);
}

function exampleOf(decided: number, cell: CellForm): string {
  const digits = digitsOf(cell, decided)[0]!;
  return `a plain number with ${digits === 0 ? 'no decimals' : `${digits} decimal${digits === 1 ? '' : 's'}`}`;
}

const short = (text: string): string => (text.length > 24 ? `${text.slice(0, 24)}…` : text);
