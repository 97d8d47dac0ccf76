import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { missingValue } from '#powerlog/board/frame.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { withInterval } from '#powerlog/sink/column-choice.js';
import { type Column, csvColumns } from '#powerlog/sink/columns.js';
import { headerRow, maxRowBytes, RowWriter } from '#powerlog/sink/row-writer.js';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { benchlabMap } from '../benchlab-map.js';

const benchlab = boardFor('benchlab')!;

const wiring = resolveWiring(benchlab, benchlabMap);
const allColumns = csvColumns(benchlab, wiring, 'all');
const withIntervals = withInterval(allColumns);

/** An exact decimal by another way: digits of a BigInt, padded and cut as a string. */
function decimalText(value: number, decimals: number): string {
  const magnitude = BigInt(value) < 0n ? -BigInt(value) : BigInt(value);
  const digits = magnitude.toString().padStart(decimals + 1, '0');
  const sign = value < 0 ? '-' : '';
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

interface Row {
  timeUs: number;
  sums: number[];
  channels: number[];
}

function blockOf(rows: readonly Row[]): SampleRows {
  const column = (pick: (row: Row) => number) => rows.map(pick);
  return {
    count: rows.length,
    timeUs: Float64Array.from(column((row) => row.timeUs)),
    intervalUs: Float64Array.from(column((row) => row.timeUs + 5)),
    powerMw: wiring.sums.map((_, n) => Float64Array.from(column((row) => row.sums[n]!))),
    channels: benchlab.fields.map((_, n) => Int32Array.from(column((row) => row.channels[n]!))),
  };
}

function expectedText(columns: readonly Column[], rows: readonly Row[], startUnixUs: number | null): string {
  const cell = (row: Row, { source, decimals }: Column): string => {
    switch (source.kind) {
      case 'time':
        return decimalText(row.timeUs, 6);
      case 'interval':
        return decimalText(row.timeUs + 5, decimals);
      case 'unix-time':
        return startUnixUs === null ? '' : decimalText(startUnixUs + row.timeUs, 6);
      case 'sum':
        return decimalText(row.sums[source.index]!, decimals);
      case 'channel': {
        const value = row.channels[source.index]!;
        return source.missing && value === missingValue ? '' : decimalText(value, decimals);
      }
    }
  };
  const table = [
    columns.map((column) => column.name),
    ...rows.map((row) => columns.map((column) => cell(row, column))),
  ];
  // A line of one empty cell, which `csv-stringify` leaves blank, is quoted.
  if (columns.length === 1) return `${table.map(([only]) => only || '""').join('\n')}\n`;
  return stringify(table, { record_delimiter: '\n' });
}

/** Writes the rows in blocks cut at `cuts`, through a buffer of `capacity` bytes. */
function writtenText(
  columns: readonly Column[],
  rows: readonly Row[],
  startUnixUs: number | null,
  cuts: readonly number[],
  spareBytes: number,
): string {
  const bytes = maxRowBytes(columns.length) + spareBytes;
  const writer = new RowWriter(columns, startUnixUs, { count: 2, bytes });
  let turn = 0;
  let text = headerRow(columns);
  const edges = [0, ...cuts.map((cut) => cut % (rows.length + 1)).sort((a, b) => a - b), rows.length];
  for (let n = 1; n < edges.length; n++) {
    const block = blockOf(rows.slice(edges[n - 1], edges[n]));
    let row = 0;
    do {
      const buffer = writer.pieces[turn++ % 2]!;
      row = writer.write(block, row, buffer);
      text += Buffer.from(buffer.bytes.subarray(0, buffer.length)).toString('latin1');
      buffer.length = 0;
    } while (row < block.count);
  }
  return text;
}

const anyInt32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -1100, max: 1100 }),
  fc.integer({ min: -1_000_100, max: 1_000_100 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 999, 1000, 9999, 10_000, 999_999, 1_000_000, -999_999, -1e6),
);
const anySum = fc.oneof(
  anyInt32,
  fc.integer({ min: -11 * 2 ** 31, max: 11 * 2 ** 31 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const anyTimeUs = fc.oneof(
  fc.integer({ min: 0, max: 3_000_000 }),
  fc.integer({ min: 0, max: 2 ** 46 }),
  fc.constantFrom(0, 999_999, 1_000_000, 59_999_999, 60_000_000, -1, -1_000_001),
);
const anyRow: fc.Arbitrary<Row> = fc.record({
  timeUs: anyTimeUs,
  sums: fc.array(anySum, { minLength: wiring.sums.length, maxLength: wiring.sums.length }),
  channels: fc.array(anyInt32, {
    minLength: benchlab.fields.length,
    maxLength: benchlab.fields.length,
  }),
});
const anyStart = fc.option(fc.integer({ min: 0, max: 4e15 }));

describe('RowWriter', () => {
  it('writes what csv-stringify writes, for any columns, integers and blocks', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.subarray(withIntervals, { minLength: 1 }),
          fc.subarray(withIntervals, { minLength: 1, maxLength: 2 }),
        ),
        fc.array(anyRow, { maxLength: 12 }),
        anyStart,
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.nat({ max: 5000 }),
        (columns, rows, startUnixUs, cuts, spareBytes) => {
          expect(writtenText(columns, rows, startUnixUs, cuts, spareBytes)).toBe(
            expectedText(columns, rows, startUnixUs),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it('writes rows worked out by hand', () => {
    const columns = [
      ...allColumns.slice(0, 3),
      ...allColumns.filter(({ name }) => ['vin1_v', 'temp1_c', 'chip_temp_c'].includes(name)),
    ];
    const row = (timeUs: number, system: number, vin1: number, chip: number, temp1: number): Row => ({
      timeUs,
      sums: [system, 0, 0, 0],
      channels: benchlab.fields.map(({ name }) =>
        name === 'vin1_v' ? vin1 : name === 'chip_temp_c' ? chip : name === 'temp1_c' ? temp1 : 0,
      ),
    });
    const rows = [
      row(0, 0, 0, 0, 0),
      row(1_042, -5, missingValue, -7, missingValue),
      row(999_999, 123_456, -12_034, 1000, -5),
      row(1_000_000, 1_234_567, 32_766, 45, 10_004),
    ];
    expect(writtenText(columns, rows, 1_763_787_296_000_000, [], 0)).toBe(
      [
        'time_s,unix_time_s,system_power_w,vin1_v,chip_temp_c,temp1_c',
        '0.000000,1763787296.000000,0.000,0.000,0.0,0.0',
        '0.001042,1763787296.001042,-0.005,,-0.7,',
        '0.999999,1763787296.999999,123.456,-12.034,100.0,-0.5',
        '1.000000,1763787297.000000,1234.567,32.766,4.5,1000.4',
        '',
      ].join('\n'),
    );
  });

  it('leaves the smallest int32 a number where the channel has no missing state', () => {
    const columns = [
      ...allColumns.slice(0, 2),
      ...allColumns.filter(({ name }) => ['eps1_current_a', 'vin1_v'].includes(name)),
    ];
    const channels = benchlab.fields.map(() => missingValue);
    expect(writtenText(columns, [{ timeUs: 5, sums: [0, 0, 0, 0], channels }], null, [], 0)).toContain(
      '\n0.000005,,-2147483.648,\n',
    );
  });

  it('refuses a block whose channel was not decoded', () => {
    const block = { ...blockOf([]), count: 1, timeUs: Float64Array.of(0), channels: [] };
    const writer = new RowWriter(allColumns, 0, { count: 1, bytes: 4096 });
    expect(() => writer.write(block, 0, writer.pieces[0]!)).toThrow(/not decoded/);
  });
});
