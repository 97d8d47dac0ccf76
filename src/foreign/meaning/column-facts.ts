import { usageError } from '../../errors.js';
import type { Table } from '../table/table.js';
import { type CellKind, cellOf, numberOf, suffixOf } from './cells.js';
import { isInOtherUnit, type KnownUnit, unitIn, unitNamed, wordsOf } from './units.js';

/** What a table's first rows show of one of its columns. */
export interface ColumnFacts {
  readonly index: number;
  readonly name: string;
  readonly words: readonly string[];
  /** Of its cells that hold something. */
  readonly kind: Exclude<CellKind, 'missing'> | 'empty';
  /** All of its cells. */
  readonly cells: readonly string[];
  /** Those that hold something. */
  readonly texts: readonly string[];
  /** Of numbers. */
  readonly numbers: readonly number[];
  /** What its name says, or the cells behind their numbers. */
  readonly unit: KnownUnit | undefined;
  /** Whether its name or its cells are in a unit of something else: volts, megahertz. */
  readonly isOther: boolean;
  readonly distinct: number;
}

/** Of so many cells with something, no more than this share may be something else: a program's remark. */
const strayShare = 0.1;

export const columnFacts = (table: Table): ColumnFacts[] =>
  table.names.map((name, index) => {
    const cells = table.sample.map((row) => row[index] ?? '');
    const kinds = cells.map(cellOf);
    const texts = cells.filter((_, n) => kinds[n] !== 'missing');
    const known = kinds.filter((kind) => kind !== 'missing');
    const kind = (['number', 'date'] as const).find(
      (each) => known.filter((other) => other !== each).length <= strayShare * known.length,
    );
    const alike = cells.filter((_, n) => kinds[n] === kind);
    const suffix = kind === 'number' ? suffixOf(alike[0] ?? '') : '';
    return {
      ...{ index, name, words: wordsOf(name), cells },
      kind: known.length === 0 ? 'empty' : (kind ?? 'text'),
      texts: kind === undefined ? texts : alike,
      numbers: kind === 'number' ? alike.map((text) => numberOf(text, table.point)) : [],
      unit: unitIn(name) ?? unitNamed(suffix),
      isOther: isInOtherUnit(name) || (suffix !== '' && unitNamed(suffix) === undefined),
      distinct: new Set(texts).size,
    };
  });

/** For messages: its name, or its place and what stands there. */
export const called = ({ name, texts }: ColumnFacts): string =>
  /^column \d+$/.test(name) ? `${name} (${texts[0] ?? 'empty'}, …)` : `'${name || '(no name)'}'`;

/** What a column is asked for by: its name, its name without brackets, or its place from 1 on; several where several bear the name. */
function columnsAsked(columns: readonly ColumnFacts[], asked: string): readonly ColumnFacts[] {
  const plain = (name: string) => name.replace(/\s*[[(][^\])]*[\])]\s*$/, '').toLowerCase();
  const exact = columns.filter(({ name }) => name === asked);
  if (exact.length > 0) return exact;
  const alike = columns.filter(({ name }) => plain(name) === plain(asked));
  if (alike.length > 0) return alike;
  const placed = /^\d{1,4}$/.test(asked) ? columns[Number(asked) - 1] : undefined;
  return placed ? [placed] : [];
}

/** The one that is asked for; undefined where there is none. @throws UserError (usage) where several bear that name */
export function columnAsked(
  columns: readonly ColumnFacts[],
  asked: string,
  path: string,
  option: string | null,
): ColumnFacts | undefined {
  const [column, ...others] = columnsAsked(columns, asked);
  if (column && others.length > 0)
    throw usageError(
      `${option} ${asked}: ${path} has ${others.length + 1} such columns; name one by its place: ${[column, ...others].map(({ index, name }) => `${index + 1} ('${name}')`).join(', ')}`,
    );
  return column;
}
