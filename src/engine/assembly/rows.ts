import { allocate } from './allocate';
import { putFixed, putMilli, putUnsigned } from './decimal-text';

const comma: u8 = 0x2c;
const newline: u8 = 0x0a;
const quote: u8 = 0x22;
/** In a decoded column: no probe is connected. */
const missing: i32 = i32.MIN_VALUE;

/** A column's mode says what its cells hold. These bits are the number of decimals. */
const decimalsMask: u32 = 7;
const milli: u32 = 3;
/** Mode: the probe may be unplugged. */
const mayBeMissing: u32 = 8;
/** Mode: the cells are doubles instead of words. */
const double: u32 = 16;
/** Mode: the cells are unsigned, of 64 bits, without decimals. */
const wide: u32 = 32;

/** Which instants a row begins with. */
const withTime: u32 = 1;
const withUnixTime: u32 = 2;

/** What rows are made of. */
@unmanaged
export class RowPlan {
  /** UTC of the instant 0, µs since 1970; NaN leaves the cell empty. */
  startUnixUs: f64;
  /** How long a column is. */
  rows: u32;
  columns: u32;
  instants: u32;
  /** A byte a column. */
  modes: usize;
  /** Doubles, µs since the recording began. */
  timesUs: usize;
  /** Columns one behind the other, eight bytes a cell, used or not. */
  cells: usize;
}

export function newRowPlan(rows: u32, columns: u32, instants: u32, startUnixUs: f64): RowPlan {
  const made = changetype<RowPlan>(allocate(offsetof<RowPlan>()));
  made.startUnixUs = startUnixUs;
  made.rows = rows;
  made.columns = columns;
  made.instants = instants;
  made.modes = allocate(columns);
  made.timesUs = allocate((<usize>rows) << 3);
  made.cells = allocate((<usize>(rows * columns)) << 3);
  return made;
}

export function rowModes(plan: RowPlan): usize {
  return plan.modes;
}

export function rowTimes(plan: RowPlan): usize {
  return plan.timesUs;
}

export function rowColumn(plan: RowPlan, column: u32): usize {
  return plan.cells + ((<usize>(plan.rows * column)) << 3);
}

/** Writes the first `count` rows; returns where the text ends. */
export function writeRows(plan: RowPlan, count: u32, text: usize): usize {
  const startUnixUs = plan.startUnixUs;
  const instants = plan.instants;
  let at = text;
  for (let row: u32 = 0; row < count; row++) {
    const begin = at;
    const us = load<f64>(plan.timesUs + ((<usize>row) << 3));
    if ((instants & withTime) !== 0) {
      at = putFixed(at, <i64>us, 6);
      store<u8>(at++, comma);
    }
    if ((instants & withUnixTime) !== 0) {
      if (!Number.isNaN(startUnixUs)) at = putFixed(at, <i64>(startUnixUs + us), 6);
      store<u8>(at++, comma);
    }
    at = putCells(plan, row, at);
    // A row of one empty cell would be a blank line, which readers skip.
    if (at - begin === 1) {
      store<u8>(begin, quote);
      store<u8>(begin, quote, 1);
      at = begin + 3;
    }
    store<u8>(at - 1, newline);
  }
  return at;
}

/** Each cell with a comma behind it. */
function putCells(plan: RowPlan, row: u32, text: usize): usize {
  const columnBytes = (<usize>plan.rows) << 3;
  const end = plan.modes + plan.columns;
  let column = plan.cells;
  let at = text;
  for (let cell = plan.modes; cell < end; cell++, column += columnBytes) {
    at = putCell(<u32>load<u8>(cell), column, row, at);
    store<u8>(at++, comma);
  }
  return at;
}

/** A cell's text, nothing where it is empty; returns where that ends. */
export function putCell(mode: u32, column: usize, row: u32, at: usize): usize {
  if ((mode & wide) !== 0) return putUnsigned(at, load<u64>(column + ((<usize>row) << 3)));
  let value: i32;
  if ((mode & double) !== 0) {
    const sum = load<f64>(column + ((<usize>row) << 3));
    if (sum < <f64>i32.MIN_VALUE || sum > <f64>i32.MAX_VALUE)
      return putFixed(at, <i64>sum, mode & decimalsMask);
    value = <i32>sum;
  } else value = load<i32>(column + ((<usize>row) << 2));
  if ((mode & decimalsMask) === milli && (mode & mayBeMissing) === 0) return putMilli(at, value);
  if ((mode & mayBeMissing) === 0 || value !== missing) return putFixed(at, value, mode & decimalsMask);
  return at;
}
