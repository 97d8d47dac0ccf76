import { inputError, usageError } from '../../errors.js';
import type { FileClock, OptionNames } from '../foreign-track.js';
import { type ColumnFacts, called, columnAsked } from './column-facts.js';
import { type DateForm, dateFormOf } from './dates.js';

/** Where a file's instants stand, and what they are. */
export interface TimeColumn {
  readonly index: number;
  /** A column with the hours, where the first has the date alone. */
  readonly clockIndex?: number;
  readonly name: string;
  readonly clock: FileClock;
  /** Of text, how it is written; by the columns above. */
  readonly forms: readonly DateForm[];
  /** Of numbers, µs in one of them. */
  readonly scaleUs: number;
  readonly resolutionUs: number;
  readonly guesses: readonly string[];
}

/** Units of instants since 1970, by how large today's are: from 2001 to 2100. */
const epochs = [
  { unit: 's', least: 1e9, scaleUs: 1e6 },
  { unit: 'ms', least: 1e12, scaleUs: 1e3 },
  { unit: 'µs', least: 1e15, scaleUs: 1 },
  { unit: 'ns', least: 1e18, scaleUs: 1e-3 },
];
const epochSpan = 4.1;

/** In which of them a number is an instant of this century; undefined where it is none. */
export const epochOf = (value: number) =>
  epochs.find(({ least }) => value >= least && value < epochSpan * least);

/** Instants may step back a little, where a clock was set or rows of several devices lie side by side. */
const risingShare = 0.95;
const timeWords =
  /^(?:time|times|timestamp|timestamps|datetime|date|elapsed|ts|t|clock|unix|epoch|stamp|monotonic)$/;
const betterWords = /^(?:time|timestamp|datetime|unix|epoch)$/;
const worseWords = /^(?:start|end|begin|duration|updated|stamp|latency|before|after)$/;

/**
 * The column that tells when.
 * @throws UserError (usage) where the one that is asked for is none; (badInput) where there is none
 */
export function timeColumnOf(
  columns: readonly ColumnFacts[],
  asked: string | undefined,
  path: string,
  options: OptionNames,
): TimeColumn {
  if (asked !== undefined) return askedTime(columns, asked, path, options);
  const [best, ...others] = columns
    .flatMap((column) => timeIn(column, columns) ?? [])
    .sort((a, b) => b.score - a.score || a.index - b.index);
  if (best) {
    const rivals = others.filter(({ score }) => score >= best.score - 9).map(({ name }) => `'${name}'`);
    const also =
      rivals.length > 0 ? [`when is read from '${best.name}' (also there: ${rivals.join(', ')})`] : [];
    return { ...best, guesses: [...also, ...best.guesses] };
  }
  const hint = options.time === null ? '' : `; name one with ${options.time}`;
  throw inputError(
    `${path}: nothing in it says when each reading was made${hint}. Its columns are ${columns.map(called).join(', ')}`,
  );
}

function askedTime(
  columns: readonly ColumnFacts[],
  asked: string,
  path: string,
  { time }: OptionNames,
): TimeColumn {
  const column = columnAsked(columns, asked, path, time);
  const there = columns.map(called).join(', ');
  if (!column) throw usageError(`${time} ${asked}: ${path} has no such column; it has ${there}`);
  const found = timeIn(column, columns, true);
  if (!found)
    throw usageError(
      `${time} ${asked}: '${column.texts[0] ?? ''}' in ${path} is no instant; expected a date, seconds since 1970, or a number that rises`,
    );
  return found;
}

interface RatedTime extends TimeColumn {
  readonly score: number;
}

/** What a column says of time, and how likely it is the one; null where it says nothing. @param isAsked it need not be called so */
function timeIn(column: ColumnFacts, all: readonly ColumnFacts[], isAsked = false): RatedTime | null {
  const { index, name, words, kind } = column;
  const bonus =
    (words.some((word) => betterWords.test(word)) ? 2 : 0) -
    (words.some((word) => worseWords.test(word)) ? 3 : 0);
  const rated = (score: number, found: Omit<TimeColumn, 'index' | 'name'>): RatedTime => ({
    ...{ index, name, score: score + bonus },
    ...found,
  });
  if (kind === 'date') {
    const form = dateFormOf(column.texts);
    return form && dated(form, column, all, rated);
  }
  return kind === 'number' && (isAsked || !isPower(column)) ? counted(column, isAsked, rated) : null;
}

const isPower = ({ unit, words }: ColumnFacts): boolean =>
  unit?.quantity === 'power' ||
  unit?.quantity === 'energy' ||
  words.includes('power') ||
  words.includes('energy');

type Rate = (score: number, found: Omit<TimeColumn, 'index' | 'name'>) => RatedTime;

function dated(form: DateForm, { name }: ColumnFacts, all: readonly ColumnFacts[], rated: Rate): RatedTime {
  const order = { dmy: 'day/month/year', mdy: 'month/day/year' }[form.order as string];
  const guesses = form.isAmbiguous && order ? [`'${name}' is read as ${order}`] : [];
  const common = { forms: [form], scaleUs: 1, resolutionUs: form.resolutionUs, guesses };
  if (form.hasZone) return rated(60, { clock: { kind: 'utc' }, ...common });
  if (form.order === 'clock') return rated(40, { clock: { kind: 'day' }, ...common });
  if (form.hasClock) return rated(50, { clock: { kind: 'local' }, ...common });
  // The hours may have a column of their own.
  const hours = all
    .filter(({ kind }) => kind === 'date')
    .map((each) => ({ index: each.index, form: dateFormOf(each.texts) }))
    .find((each) => each.form?.order === 'clock');
  if (!hours?.form) return rated(5, { clock: { kind: 'local' }, ...common });
  const { resolutionUs } = hours.form;
  return rated(51, {
    ...{ clock: { kind: 'local' }, ...common, resolutionUs },
    ...{ clockIndex: hours.index, forms: [form, hours.form] },
  });
}

function counted(
  { name, words, numbers, unit }: ColumnFacts,
  isAsked: boolean,
  rated: Rate,
): RatedTime | null {
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  const rises = numbers.slice(1).filter((value, n) => value >= numbers[n]!).length;
  if (rises < risingShare * (numbers.length - 1) - 1 || (!(last > first) && numbers.length > 1)) return null;
  const epoch = epochOf(first);
  if (epoch)
    return rated(60, {
      ...{ clock: { kind: 'utc' }, forms: [], scaleUs: epoch.scaleUs },
      resolutionUs: resolutionOf(numbers) * epoch.scaleUs,
      guesses: unit?.quantity === 'time' ? [] : [`'${name}' is read as ${epoch.unit} since 1970`],
    });
  const inUnit = unit?.quantity === 'time' ? unit : undefined;
  const isNamed = inUnit !== undefined || words.some((word) => timeWords.test(word));
  // Numbers 0, 1, 2, … without a name are what a data frame counts its rows with.
  const isIndex = !isNamed && numbers.every((value, n) => value === first + n);
  if (!isAsked && (isIndex || (!isNamed && !/^(?:|unnamed: 0|column 1)$/i.test(name)))) return null;
  const isFraction = numbers.some((value) => !Number.isInteger(value));
  const said = inUnit?.unit ?? (isFraction ? 's' : null);
  return rated(isNamed ? 30 : 10, {
    ...{ clock: { kind: 'elapsed', unit: said }, forms: [], scaleUs: inUnit?.scale ?? 1e6 },
    resolutionUs: resolutionOf(numbers) * (inUnit?.scale ?? 1e6),
    guesses: inUnit ? [] : said === null ? [] : [`'${name}' is read as seconds`],
  });
}

/** The finest step of numbers that are written alike: a power of ten. */
function resolutionOf(numbers: readonly number[]): number {
  const decimals = Math.max(...numbers.map((value) => (String(value).split('.')[1] ?? '').length));
  return Math.min(1, 10 ** -decimals);
}
