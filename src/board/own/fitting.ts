import { boards } from '../catalogue.js';
import { fieldTypes } from '../field-type.js';
import { DescriptionError, type OwnBoard, type OwnField } from './description.js';

/** Each field with its place in the frame, in bytes. */
type PlacedFields = readonly { readonly field: OwnField; readonly offset: number }[];

/** The readings of a rail or wire, by what the names of their fields end in. */
export const readingsOf = (rail: string): string[] =>
  ['voltage_v', 'current_a', 'power_w'].map((each) => `${rail}_${each}`);

/** A stamp counts at least so many steps from one frame to the next: fewer do not tell a missing frame from a late one. */
const leastSteps = 4;
/** What a column holds. */
const largest = 2 ** 31 - 1;

/**
 * Holds that the parts of a description fit each other, where that has nothing to do with how a table is made.
 * @throws DescriptionError for the first that does not
 */
export function checkFitting(own: OwnBoard, placed: PlacedFields): void {
  const { rails, wires, board } = own;
  if (boards.some(({ id }) => id === board) || board === 'powersensor3')
    throw new DescriptionError(['board'], `'${board}' is a board that powerlog knows; choose another name`);
  distinct([...rails, ...wires], (n) => (n < rails.length ? ['rails', n] : ['wires', n - rails.length]));
  distinct(
    placed.map(({ field }) => field),
    (n) => ['fields', n, 'name'],
  );
  const sums = ['system', ...Object.keys(own.components ?? { measured: [] })].map(
    (each) => `${each}_power_w`,
  );
  const ofRails = new Set([...rails, ...wires].flatMap(({ name }) => readingsOf(name)));
  placed.forEach(({ field, offset }, n) => {
    if (sums.includes(field.name))
      throw new DescriptionError(['fields', n, 'name'], `'${field.name}' is the column of a sum`);
    if (field.missing !== undefined && ofRails.has(field.name))
      throw new DescriptionError(
        ['fields', n, 'missing'],
        'a rail or wire is always measured: only what is no part of a sum may be missing',
      );
    const other = placed.find((each) => each.field !== field && overlap(each, { field, offset }));
    if (other)
      throw new DescriptionError(
        ['fields', n],
        `bytes ${offset} to ${offset + fieldTypes[field.type].bytes - 1} are taken by '${other.field.name}', too`,
      );
    checkRange(field, n);
  });
  checkFaults(own);
  checkStamp(own);
  own.totals.forEach(({ field }, n) => {
    if (!field.endsWith('_w'))
      throw new DescriptionError(['totals', n, 'field'], `a sum is a power: '${field}' does not end in _w`);
  });
}

function distinct(
  all: readonly { readonly name: string }[],
  place: (n: number) => readonly (string | number)[],
): void {
  all.forEach(({ name }, n) => {
    if (all.findIndex((each) => each.name === name) < n)
      throw new DescriptionError(place(n), `'${name}' is there twice`);
  });
}

const overlap = (one: PlacedFields[number], other: PlacedFields[number]): boolean =>
  one.offset < other.offset + fieldTypes[other.field.type].bytes &&
  other.offset < one.offset + fieldTypes[one.field.type].bytes;

/** Of 8 and 16 bits: larger ones are told where they go beyond it. */
function checkRange({ type, lsb, zero }: OwnField, n: number): void {
  const { bytes } = fieldTypes[type];
  if (bytes < 4 && (2 ** (8 * bytes) * lsb + Math.abs(zero)) * 1000 > largest)
    throw new DescriptionError(['fields', n, 'lsb'], `a column holds at most ${largest} thousandths`);
}

function checkFaults({ faults, fields }: OwnBoard): void {
  if (!faults) return;
  for (const key of ['status', 'log'] as const) {
    const type = fields.find(({ name }) => name === faults[key])?.type;
    if (type !== undefined && type !== 'uint8' && type !== 'uint16')
      throw new DescriptionError(['faults', key], `expected a field of type uint8 or uint16, not ${type}`);
    const bits = type === 'uint8' ? 8 : 16;
    faults.bits.forEach(({ bit }, n) => {
      if (bit >= bits)
        throw new DescriptionError(
          ['faults', 'bits', n, 'bit'],
          `'${faults[key]}' has ${bits} bits, from 0 on`,
        );
    });
  }
  faults.bits.forEach(({ bit }, n) => {
    if (faults.bits.findIndex((each) => each.bit === bit) < n)
      throw new DescriptionError(['faults', 'bits', n, 'bit'], `bit ${bit} is there twice`);
  });
}

function checkStamp({ talks, fields }: OwnBoard): void {
  if (!talks?.stamp) return;
  const { field, unit_us: unitUs } = talks.stamp;
  const type = fields.find(({ name }) => name === field)?.type;
  if (type?.startsWith('int'))
    throw new DescriptionError(
      ['talks', 'stamp', 'field'],
      `a stamp counts up: '${field}' is of type ${type}`,
    );
  const spacingUs = 1e6 / talks.expected_hz;
  if (unitUs * leastSteps > spacingUs)
    throw new DescriptionError(
      ['talks', 'stamp', 'unit_us'],
      `a step of ${unitUs} µs is too coarse for frames that come every ${Number(spacingUs.toPrecision(3))} µs: at most a quarter of that`,
    );
  const turnUs = type ? unitUs * 2 ** (8 * fieldTypes[type].bytes) : Number.POSITIVE_INFINITY;
  if (turnUs < leastSteps * spacingUs)
    throw new DescriptionError(
      ['talks', 'stamp', 'field'],
      `it begins again every ${turnUs} µs, which is too often for frames that come every ${Number(spacingUs.toPrecision(3))} µs`,
    );
}
