import { inputError, usageError } from '../../errors.js';
import type { OptionNames, Quantity } from '../foreign-track.js';
import { cellOf } from './cells.js';
import { type ColumnFacts, called, columnAsked } from './column-facts.js';
import { isOfOther, powerUnit, quantityOf, rankOf, stemOf } from './power-words.js';
import { type KnownUnit, knownUnits, unitNamed } from './units.js';

/** Which column holds the power, or the joules, and in what. */
export interface PowerColumn {
  readonly column: ColumnFacts;
  readonly quantity: Quantity;
  /** Undefined where nothing says it. */
  readonly unit: KnownUnit | undefined;
  readonly guesses: readonly string[];
}

interface PowerWish {
  readonly column: string | undefined;
  readonly unit: string | undefined;
  /** `gpu`, `cpu`, …: which of several is wanted. */
  readonly component: string | undefined;
  /** Whether counted joules go before powers, as where powers are means of the whole run. */
  readonly prefersEnergy: boolean;
}

interface Candidate extends PowerColumn {
  /** What it is of: its words without those above. */
  readonly stem: string;
  /** An instantaneous power goes before a plain one, that before an average. */
  readonly rank: number;
}

/**
 * The column that is wanted.
 * @param timeIndexes columns that tell when, which are no power
 * @throws UserError (usage) where several could be meant, or the one that is asked for is none; (badInput) where there is none
 */
export function powerColumnOf(
  columns: readonly ColumnFacts[],
  timeIndexes: readonly number[],
  wish: PowerWish,
  path: string,
  options: OptionNames,
): PowerColumn {
  const unit = askedUnit(wish.unit, options);
  const numeric = columns.filter(({ kind, index }) => kind === 'number' && !timeIndexes.includes(index));
  if (wish.column !== undefined) return askedColumn(columns, wish.column, unit, path, options);
  const candidates = numeric.flatMap((column) => candidateOf(column, unit) ?? []);
  const wanted = wish.prefersEnergy ? 'energy' : 'power';
  const preferred = candidates.filter(({ quantity }) => quantity === wanted);
  const among = preferred.length > 0 ? preferred : candidates;
  const chosen = ofOneStem(among, wish.component);
  if (chosen) return chosen;
  const list = (among.length > 0 ? among.map((each) => each.column) : columns).map(called).join(', ');
  if (among.length > 0)
    throw usageError(`${path} holds ${among.length} powers: ${list}; say which with ${options.column}`);
  refuseSilent(columns, path);
  // Where nothing is called so, a single column of numbers can be nothing else.
  const plain = numeric.filter((column) => column.unit?.quantity !== 'time' && !isOfOther(column));
  if (plain.length === 1 && columns.length <= 3) {
    const [column] = plain as [ColumnFacts];
    const guess = `${called(column)} is taken for the power, since it is the only number beside the time`;
    return { column, quantity: unit?.quantity ?? 'power', unit: unit ?? powerUnit(column), guesses: [guess] };
  }
  if (plain.length === 0)
    throw inputError(
      `${path}: none of its columns is a power${options.unit === null ? '' : `; ${options.column} with ${options.unit} takes one all the same`}. They are ${list}`,
    );
  throw inputError(
    `${path}: which of its columns is a power cannot be told; name it with ${options.column}. They are ${list}`,
  );
}

/** What is called a power and holds no number, or none that can be read, is what was meant all the same. @throws UserError (badInput) */
function refuseSilent(columns: readonly ColumnFacts[], path: string): void {
  const meant = columns.filter((column) => quantityOf(column) !== null && !isOfOther(column));
  const unread = meant.find(({ kind, texts }) => kind === 'text' && /^[-+]?\d/.test(texts[0] ?? ''));
  if (unread)
    throw inputError(
      `${path}: the numbers of ${called(unread)} cannot be read: '${unread.texts.find((text) => cellOf(text) === 'text') ?? unread.texts[0]}'`,
    );
  const empty = meant.filter(({ kind }) => kind === 'empty');
  if (empty.length > 0)
    throw inputError(
      `${path}: ${empty.map(called).join(', ')} never holds a number (${empty[0]!.cells.find((cell) => cell !== '') ?? 'empty'}); its other columns are ${columns
        .filter((each) => !empty.includes(each))
        .map(called)
        .join(', ')}`,
    );
}

function askedUnit(
  text: string | undefined,
  options: OptionNames,
): (KnownUnit & { readonly quantity: Quantity }) | undefined {
  if (text === undefined) return undefined;
  const unit = unitNamed(text);
  if (!unit || unit.quantity === 'time')
    throw usageError(
      `${options.unit} ${text} is no unit of a power or an energy; there are ${knownUnits.join(', ')}`,
    );
  return { ...unit, quantity: unit.quantity };
}

function askedColumn(
  columns: readonly ColumnFacts[],
  asked: string,
  unit: ReturnType<typeof askedUnit>,
  path: string,
  options: OptionNames,
): PowerColumn {
  const column =
    columnAsked(columns, asked, path, options.column) ??
    columns.find((each) => stemOf(each) === asked && quantityOf(each));
  const there = columns.map(called).join(', ');
  if (!column) throw usageError(`${options.column} ${asked}: ${path} has no such column; it has ${there}`);
  if (column.kind !== 'number')
    throw usageError(
      `${options.column} ${asked}: '${column.texts[0] ?? column.cells[0] ?? ''}' in ${path} is no number; it has the columns ${there}`,
    );
  if (!unit && (column.isOther || (isOfOther(column) && !powerUnit(column))))
    throw inputError(
      `${options.column} ${asked}: ${called(column)} in ${path} is no power${options.unit === null ? '' : `, unless ${options.unit} says so`}; it has the columns ${there}`,
    );
  const quantity = unit?.quantity ?? quantityOf(column) ?? 'power';
  return { column, quantity, unit: unit ?? powerUnit(column), guesses: [] };
}

function candidateOf(column: ColumnFacts, asked: ReturnType<typeof askedUnit>): Candidate | null {
  const quantity = quantityOf(column);
  if (quantity === null || isOfOther(column)) return null;
  if (asked && asked.quantity !== quantity) return null;
  return {
    ...{ column, quantity, unit: asked ?? powerUnit(column), guesses: [] },
    stem: stemOf(column),
    rank: rankOf(column),
  };
}

/** The best of candidates that are of one thing; undefined where several things could be meant. */
function ofOneStem(candidates: readonly Candidate[], component: string | undefined): PowerColumn | undefined {
  const stems = [...new Set(candidates.map(({ stem }) => stem))];
  // `gpu 0` before `gpu 0 memory`.
  const named = stems
    .filter((stem) => component !== undefined && stem.split(' ')[0] === component)
    .filter((stem, _, all) => all.length === 1 || /^\S+(?: \d+)?$/.test(stem));
  const only = (pattern: RegExp): string | undefined => {
    const found = stems.filter((stem) => pattern.test(stem));
    return found.length === 1 ? found[0] : undefined;
  };
  const stem =
    (stems.length === 1 ? stems[0] : named.length === 1 ? named[0] : only(/^$/)) ??
    only(/^(?:package|pkg)(?: \d+)?$/) ??
    (component === undefined || component === 'system'
      ? (only(/^gpu(?: \d+)?$/) ?? only(/^gpu\b/))
      : undefined);
  if (stem === undefined) return undefined;
  const [best] = candidates.filter((each) => each.stem === stem).sort((a, b) => b.rank - a.rank) as [
    Candidate,
  ];
  const others = candidates.filter((each) => each !== best);
  const guesses =
    others.length === 0
      ? []
      : [
          `of ${candidates.length} powers ${called(best.column)} is taken (also there: ${someOf(others.map((each) => called(each.column)))})`,
        ];
  return { column: best.column, quantity: best.quantity, unit: best.unit, guesses };
}

const mostListed = 6;
const someOf = (names: readonly string[]): string =>
  names.length <= mostListed
    ? names.join(', ')
    : `${names.slice(0, mostListed).join(', ')} and ${names.length - mostListed} more`;
