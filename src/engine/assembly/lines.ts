import { putUnsigned } from './decimal-text';
import { putCell, RowPlan } from './rows';

const comma: u8 = 0x2c;
const space: u8 = 0x20;
const newline: u8 = 0x0a;
const zeros: u32 = 0x30303030;

/**
 * Writes the first `count` rows as lines of the InfluxDB line protocol; returns where the text ends. An empty cell is no field,
 * and a row without any is no line.
 * @param texts each a length and so many bytes, up to the next multiple of four: what a line begins with, then what stands in
 * front of each value
 * @param inMs the instants are whole ms instead of ns
 */
export function writeLines(plan: RowPlan, texts: usize, count: u32, text: usize, inMs: u32): usize {
  const columnBytes = (<usize>plan.rows) << 3;
  const end = plan.modes + plan.columns;
  let at = text;
  for (let row: u32 = 0; row < count; row++) {
    const begin = at;
    let from = texts;
    at = putText(at, from);
    const fields = at;
    let column = plan.cells;
    for (let cell = plan.modes; cell < end; cell++, column += columnBytes) {
      from = behindText(from);
      const value = putText(at, from);
      const behind = putCell(<u32>load<u8>(cell), column, row, value);
      if (behind === value) continue;
      store<u8>(behind, comma);
      at = behind + 1;
    }
    if (at === fields) {
      at = begin;
      continue;
    }
    store<u8>(at - 1, space);
    const us = <u64>(plan.startUnixUs + load<f64>(plan.timesUs + ((<usize>row) << 3)));
    if (inMs !== 0) at = putUnsigned(at, us / 1000);
    else {
      at = putUnsigned(at, us);
      store<u32>(at, zeros, 0, 1);
      at += 3;
    }
    store<u8>(at++, newline);
  }
  return at;
}

function behindText(text: usize): usize {
  return text + 4 + ((<usize>load<u32>(text) + 3) & ~3);
}

function putText(at: usize, text: usize): usize {
  const length = <usize>load<u32>(text);
  const from = text + 4;
  for (let n: usize = 0; n < length; n += 4) store<u32>(at + n, load<u32>(from + n), 0, 1);
  return at + length;
}
