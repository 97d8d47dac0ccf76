import type { Quantity } from '../foreign-track.js';
import type { ColumnFacts } from './column-facts.js';
import { type KnownUnit, unitNamed } from './units.js';

const powerWords = new Set(['power', 'pwr', 'draw', 'watt', 'watts', 'wattage', 'milliwatts']);
const energyWords = new Set(['energy', 'joule', 'joules']);
/** Of a limit, a statistic or a state, and not of a reading. */
const otherWords = new Set([
  ...['limit', 'cap', 'max', 'maximum', 'min', 'minimum', 'default', 'enforced', 'requested', 'management'],
  ...['factor', 'throttle', 'violation', 'budget', 'tdp', 'std', 'stddev', 'error', 'uncertainty', 'rate'],
  ...[
    'efficiency',
    'ratio',
    'percent',
    'state',
    'ret',
    'range',
    'voltage',
    'temperature',
    'temp',
    'clock',
    'freq',
  ],
  ...['frequency', 'utilization', 'util', 'fan', 'status', 'clocks', 'rpm'],
]);
/** A unit of time behind one of these is of an instant; `power_s` may be anything's. */
const timeWords = new Set(['time', 'timestamp', 'stamp', 'unix']);
const instantWords = new Set(['instant', 'instantaneous']);
const averageWords = new Set(['average', 'avg', 'mean', 'averaged']);
/** Say nothing of what it is the power of. */
const emptyWords = new Set([
  'current',
  'usage',
  'value',
  'reading',
  'total',
  'consumption',
  'consumed',
  'of',
  'the',
]);

/** Whether a column is of something else than a power: a limit, a share, a temperature, when a power was read. */
export const isOfOther = ({ words, isOther, unit }: ColumnFacts): boolean =>
  isOther ||
  (unit?.quantity === 'time' && words.some((word) => timeWords.has(word))) ||
  words.some((word) => otherWords.has(word));

/** Of one thing an instantaneous power goes before a plain one, that before an average. */
export const rankOf = ({ words }: ColumnFacts): number =>
  words.some((word) => instantWords.has(word)) ? 2 : words.some((word) => averageWords.has(word)) ? 0 : 1;

/** The unit of a power or an energy that a column names. */
export const powerUnit = ({ unit }: ColumnFacts): KnownUnit | undefined =>
  unit?.quantity === 'time' ? undefined : unit;

/** What a column is called; null where that is neither a power nor an energy. */
export function quantityOf({ unit, words, isOther }: ColumnFacts): Quantity | null {
  if (isOther) return null;
  if (unit?.quantity === 'power' || unit?.quantity === 'energy') return unit.quantity;
  if (words.some((word) => energyWords.has(word))) return 'energy';
  return words.some((word) => powerWords.has(word)) ? 'power' : null;
}

/** What it is the power of: its words without those that say that it is one. */
export const stemOf = ({ words }: ColumnFacts): string =>
  words
    .filter(
      (word) =>
        ![powerWords, energyWords, instantWords, averageWords, emptyWords].some((set) => set.has(word)),
    )
    .filter((word) => unitNamed(word) === undefined)
    .join(' ');
