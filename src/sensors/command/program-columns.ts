import type { SensorColumn } from '../sensor.js';
import { bareName, type NamedTexts } from './lines.js';
import { cellOf, type Unit, unitOf } from './units.js';

/** A column of what a program says, and how its texts become its numbers. */
export interface ProgramColumn {
  /** As the program writes it. */
  readonly source: string;
  readonly column: SensorColumn;
  /** NaN where there is none; undefined where the text is no number. */
  readonly read: (text: string) => number | undefined;
}

/** More than anybody reads; a program that prints more of them prints something else. */
const mostColumns = 256;
/** Enough for a microwatt and a microjoule. */
const decimals = 6;
const ofTime = /^(?:unix_?)?(?:time(?:_?stamp)?|date(?:_?time)?|ts)(?:_?(?:m?s|us|ns|utc))?$/i;
const reserved = ['time_s', 'unix_time_s'];

/** The columns that a program's first reading gives it, in its order; those that are neither numbers nor instants are left out. */
export function programColumns(first: NamedTexts): ProgramColumn[] {
  const taken = new Set(reserved);
  const columns: ProgramColumn[] = [];
  for (const [source, text] of first) {
    if (columns.length === mostColumns) break;
    const column = ofTime.test(source) ? stampColumn(source, text) : valueColumn(source, text);
    if (!column) continue;
    const name = distinct(column.column.name, taken);
    columns.push({ ...column, column: { ...column.column, name } });
  }
  return columns;
}

/** The mean powers of those energies that stand alone. */
export function meanColumns(columns: readonly SensorColumn[]): SensorColumn[] {
  const names = new Set(columns.map(({ name }) => name));
  return columns.flatMap(({ name, quantity, title }): SensorColumn[] => {
    const mean = name.replace(/(?:_?energy)?_j$/, '_power_w').replace(/^_/, '');
    if (quantity !== 'energy' || names.has(mean)) return [];
    return [
      {
        ...{ name: mean, decimals: 3, quantity: 'power', partOf: null },
        ...{ title: `${title}, mean power`, meanOf: name },
      },
    ];
  });
}

function valueColumn(source: string, text: string): ProgramColumn | undefined {
  const cell = cellOf(text);
  if (!cell) return undefined;
  const { stem, unit } = nameAndUnit(source, cell.unit);
  const read = (each: string): number | undefined => {
    const { value, unit: own } = cellOf(each) ?? {};
    return value === undefined ? undefined : value * (own ?? unit).scale;
  };
  return {
    source,
    read,
    column: {
      ...{ name: stem + unit.suffix, decimals, quantity: unit.quantity, title: source || 'what it prints' },
      partOf: null,
      ...(unit.quantity === 'energy' ? { counter: { wrapJ: null } } : {}),
    },
  };
}

const stemOf = ({ quantity }: Unit): string =>
  quantity === 'power' || quantity === 'energy' ? quantity : 'value';

const noUnit: Unit = { suffix: '', scale: 1, quantity: 'other' };

/** A unit stands behind the value, in brackets behind the name, or at the name's end; a number without a name is watts. */
function nameAndUnit(source: string, ofValue: Unit | undefined): { stem: string; unit: Unit } {
  const watts = unitOf('w')!;
  if (source === bareName) {
    const unit = ofValue ?? watts;
    return { stem: stemOf(unit), unit };
  }
  const [, inFront = source, bracketed = ''] = /^(.*?)\s*[[(]\s*([^\])]*)[\])]\s*$/.exec(source) ?? [];
  const plain = plainName(inFront);
  const named = unitOf(plain);
  if (named) return { stem: stemOf(named), unit: ofValue ?? named };
  const [, stem = plain, ending = ''] = /^(.+)_([a-z]+)$/.exec(plain) ?? [];
  const inName = unitOf(ending);
  const unit = ofValue ?? unitOf(bracketed) ?? inName;
  if (unit) return { stem: inName ? stem : plain, unit };
  return { stem: plain, unit: /power|watt/.test(plain) ? watts : noUnit };
}

function plainName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
  if (plain === '') return 'value';
  return /^\d/.test(plain) ? `c${plain}` : plain;
}

/** The program's own instant; none where it does not say of which zone its clock is. */
function stampColumn(source: string, text: string): ProgramColumn | undefined {
  const read = stampReader(text);
  if (!read) return undefined;
  const title = `the program's own time`;
  return {
    ...{ source, read },
    column: { name: 'stamp_unix_s', decimals, quantity: 'stamp', title, partOf: null },
  };
}

/** Seconds since 1970 lie between 2001 and 2286; the same in ms, µs and ns has three more digits each. */
function stampReader(text: string): ((text: string) => number | undefined) | undefined {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) {
    const scale = [1, 1e3, 1e6, 1e9].find((each) => number / each >= 1e9 && number / each < 1e10);
    return scale === undefined
      ? undefined
      : (each) => (Number.isFinite(Number(each)) ? Number(each) / scale : undefined);
  }
  const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|[-+]\d\d:?\d\d)$/;
  if (!iso.test(text.trim())) return undefined;
  return (each) => (iso.test(each.trim()) ? Date.parse(each.trim()) / 1000 : undefined);
}

function distinct(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = name.replace(/(?=_[a-z]+$)|$/, `_${n}`);
  taken.add(free);
  return free;
}
