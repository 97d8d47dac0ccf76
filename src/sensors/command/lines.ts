import { cellOf } from './units.js';

/*
 * What programs print: a number a line, name=value pairs, JSON objects, or a header and rows. Which it is, the first line that can
 * be read says, and all others are read alike.
 */

/** What one line says: names as they were written, and texts of values. */
export type NamedTexts = ReadonlyMap<string, string>;

export interface LineForm {
  /** Undefined where the line is none of this form. A header gives no values. */
  readonly read: (line: string) => NamedTexts | undefined;
  /** Of a table: what its header says, in which rows may have empty cells. */
  readonly header?: readonly string[];
}

/** The one name of a program that prints a number a line. */
export const bareName = '';

/** The form of a program's lines; undefined where this line says nothing of it. */
export function formOf(line: string): LineForm | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  if (text.startsWith('{')) return readJson(text) ? { read: readJson } : undefined;
  if (cellOf(text)) return { read: readNumber };
  if (readPairs(text)) return { read: readPairs };
  return tableOf(text);
}

function readNumber(line: string): NamedTexts | undefined {
  return cellOf(line) ? new Map([[bareName, line]]) : undefined;
}

const pair =
  /([^\s=:,;][^=:,;]*?)\s*[=:]\s*("[^"]*"|\[[^\]]*\]|[^\s,;]+(?: ?(?:[mkuµ]?[wj]|watts?|joules?))?(?=$|[\s,;]))/giu;

/** Nobody prints more in pairs, characters; to look for pairs in a line takes time with the square of its length. */
const longestPairs = 4096;

/** `cpu=12.5 W gpu=30`, `cpu: 12.5, gpu: 30`. */
function readPairs(line: string): NamedTexts | undefined {
  if (line.length > longestPairs) return undefined;
  const found = [...line.matchAll(pair)].map(([, name = '', value = '']) => [name.trim(), value] as const);
  return found.some(([, value]) => cellOf(value)) ? new Map(found) : undefined;
}

/** Members of members are named `outer_inner`. */
function readJson(line: string): NamedTexts | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  const found = new Map<string, string>();
  flatten(parsed, '', found);
  return [...found.values()].some((text) => cellOf(text)) ? found : undefined;
}

const deepest = 8;

function flatten(value: unknown, name: string, into: Map<string, string>, depth = 0): void {
  if (depth > deepest) return;
  if (typeof value === 'number' || typeof value === 'string' || value === null)
    into.set(name, String(value ?? ''));
  else if (typeof value === 'object')
    for (const [key, inner] of Object.entries(value))
      flatten(inner, name === '' ? key : `${name}_${key}`, into, depth + 1);
}

const separators = [',', '\t', ';'] as const;

/** A line of names with one separator: a header. */
function tableOf(line: string): LineForm | undefined {
  const separator = separators.find((each) => line.includes(each));
  if (separator === undefined) return undefined;
  const header = line.split(separator).map(unquoted);
  if (header.some((name) => name === '' || cellOf(name)?.value !== undefined)) return undefined;
  const read = (row: string): NamedTexts | undefined => {
    const cells = row.split(separator).map(unquoted);
    if (cells.length !== header.length || cells.join() === header.join()) return undefined;
    return cells.some((cell) => cellOf(cell))
      ? new Map(header.map((name, n) => [name, cells[n]!]))
      : undefined;
  };
  return { read, header };
}

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
