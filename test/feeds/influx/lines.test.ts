import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { LineWriter } from '#powerlog/feeds/influx/lines/line-writer.js';
import { OwnStamps } from '#powerlog/feeds/influx/lines/own-stamps.js';
import { authorization } from '#powerlog/feeds/influx/server/authorization.js';
import { choosePlan } from '#powerlog/feeds/influx/server/choose-plan.js';
import { parseTarget, urlFor } from '#powerlog/feeds/influx/server/target.js';
import { EnergyWindow } from '#powerlog/feeds/intervals/energy-window.js';
import { IntervalRows } from '#powerlog/feeds/intervals/interval-rows.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { chooseColumns } from '#powerlog/sink/column-choice.js';
import type { Column } from '#powerlog/sink/columns.js';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { benchlabMap } from '../../benchlab-map.js';

const board = boardFor('benchlab')!;
const wiring = resolveWiring(board, benchlabMap);
const powers = chooseColumns(board, wiring, 'power').filter(({ source }) => source.kind === 'sum');

const textOf = (writer: LineWriter): string =>
  Buffer.from(writer.piece.bytes.subarray(0, writer.piece.length)).toString();

describe('lines', () => {
  it('are what JavaScript would write, whatever the values, lengths and stamps', () => {
    const cell = fc.oneof(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), fc.constant(-(2 ** 31)));
    const row = fc.record({
      us: fc.integer({ min: 0, max: 1e12 }),
      cells: fc.array(cell, { minLength: 3, maxLength: 3 }),
    });
    const names = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 1200 }), names, fc.boolean(), (rows, keys, inMs) => {
        const columns = keys.map(
          (name, index): Column => ({
            ...{ name, decimals: [3, 1, 0][index]!, title: '' },
            source: { kind: 'channel', index, missing: true, wide: false },
          }),
        );
        const startUs = 1_700_000_000_123_456;
        const writer = new LineWriter('m,t=1', columns, startUs, inMs ? 'ms' : 'ns');
        const block: SampleRows = {
          count: rows.length,
          timeUs: Float64Array.from(rows, ({ us }) => us),
          channels: keys.map((_, c) => Int32Array.from(rows, ({ cells }) => cells[c]!)),
          powerMw: [],
        };
        expect(writer.write(block, 0)).toBe(rows.length);
        const expected = rows.flatMap(({ us, cells }) => {
          const fields = cells.flatMap((value, c) => {
            if (value === -(2 ** 31)) return [];
            const decimals = columns[c]!.decimals;
            return [`${keys[c]}=${(value / 10 ** decimals).toFixed(decimals)}`];
          });
          const unix = BigInt(startUs + us);
          return fields.length === 0
            ? []
            : [`m,t=1 ${fields.join(',')} ${inMs ? unix / 1000n : unix * 1000n}\n`];
        });
        expect(textOf(writer)).toBe(expected.join(''));
      }),
      { numRuns: 40 },
    );
  });

  it('stop where the piece might not take another, and go on from there', () => {
    const writer = new LineWriter('m'.repeat(3000), powers, 0, 'ns');
    const count = 1000;
    const column = new Float64Array(count).fill(1);
    const block = { count, timeUs: column, channels: [], powerMw: [column, column, column, column] };
    const first = writer.write(block, 0);
    expect(first).toBeLessThan(count);
    const lines = textOf(writer).split('\n').length - 1;
    expect(lines).toBe(first);
    expect(writer.append('x'.repeat(2 ** 20))).toBe(false);
    writer.piece.length = 0;
    expect(writer.write(block, first)).toBeGreaterThan(first);
  });
});

/** Rails alone, whose sums are the powers; from watts a ms. */
function blocksOf(
  timesUs: readonly number[],
  powersMw: readonly number[],
  cuts: readonly number[],
): SampleRows[] {
  const ends = [...new Set([...cuts.map((cut) => cut % (timesUs.length + 1)), timesUs.length])].sort(
    (a, b) => a - b,
  );
  return ends.map((end, n) => {
    const from = n === 0 ? 0 : ends[n - 1]!;
    const part = powersMw.slice(from, end);
    const channels = board.fields.map((_, index) =>
      board.rails.some(({ power }) => power === index)
        ? Int32Array.from(part, (mw) => (index === board.rails[0]!.power ? mw : 0))
        : undefined,
    );
    const system = Float64Array.from(part);
    return {
      count: part.length,
      timeUs: Float64Array.from(timesUs.slice(from, end)),
      channels,
      powerMw: wiring.sums.map(({ name }) =>
        name === 'system' || name === 'cpu' ? system : new Float64Array(part.length),
      ),
    };
  });
}

describe('rows of intervals', () => {
  it('have the energy of the samples outside of gaps, and extremes that hold every sample and the mean', () => {
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 200, max: 1900 }) },
      { weight: 1, arbitrary: fc.integer({ min: 25_000, max: 300_000 }) },
      { weight: 1, arbitrary: fc.constant(10_000) },
    );
    const sample = fc.record({ step, mw: fc.integer({ min: 0, max: 600_000 }) });
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 2, maxLength: 400 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (samples, cuts) => {
          let us = 0;
          const times = samples.map(({ step: each }) => (us += each));
          const mw = samples.map((each) => each.mw);
          const rows = new IntervalRows(10_000, board, wiring, powers.slice(0, 1));
          expect(rows.columns.map(({ name }) => name)).toEqual([
            ...['interval_s', 'system_power_w', 'system_power_w_min', 'system_power_w_max'],
          ]);
          const [low, high] = [wiring.sums.length, wiring.sums.length + 1];
          const made: { startUs: number; endUs: number; mean: number; low: number; high: number }[] = [];
          const take = ({ count, timeUs, intervalUs, powerMw }: SampleRows): void => {
            for (let row = 0; row < count; row++)
              made.push({
                ...{ endUs: timeUs[row]!, startUs: timeUs[row]! - intervalUs![row]! },
                ...{ mean: powerMw[0]![row]!, low: powerMw[low]![row]!, high: powerMw[high]![row]! },
              });
          };
          for (const block of blocksOf(times, mw, cuts)) take(rows.add(block));
          take(rows.end());
          for (const { startUs, endUs, mean, low: least, high: most } of made) {
            // A mean takes over what the one before it was rounded by.
            expect(mean).toBeGreaterThanOrEqual(least - 1);
            expect(mean).toBeLessThanOrEqual(most + 1);
            const within = mw.filter((_, n) => times[n]! >= startUs && times[n]! <= endUs);
            for (const value of within) {
              expect(value).toBeGreaterThanOrEqual(least);
              expect(value).toBeLessThanOrEqual(most);
            }
            expect(Math.max(...mw)).toBeGreaterThanOrEqual(most);
          }
          // Of the spacings, those that lie within an interval or on its ends.
          const covered = (n: number) =>
            made.some(({ startUs, endUs }) => startUs < times[n]! && endUs > times[n - 1]!);
          const energy = times.reduce((sum, time, n) => {
            if (n === 0 || !covered(n)) return sum;
            return sum + ((mw[n]! + mw[n - 1]!) * (time - times[n - 1]!)) / 2;
          }, 0);
          const ofRows = made.reduce((sum, { startUs, endUs, mean }) => sum + mean * (endUs - startUs), 0);
          // Each mean is whole mW; an interval without a sample in it is as long as its spacing.
          const roundedOff = made.reduce(
            (sum, { startUs, endUs }) => sum + 2 * Math.max(endUs - startUs, 10_000),
            1,
          );
          expect(Math.abs(ofRows - energy)).toBeLessThanOrEqual(roundedOff);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('stamps of a ms', () => {
  it('are one row’s each, the same however samples come in blocks, and no more than needed from their instants', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(steps, fc.nat(), (all, cut) => {
        let us = 0;
        const times = Float64Array.from(all, (each) => (us += each));
        const startUs = 1_700_000_000_123_456;
        const stampsOf = (blocks: Float64Array[]): number[] => {
          const own = new OwnStamps(startUs);
          return blocks.flatMap((block) => [...own.of(block, block.length).subarray(0, block.length)]);
        };
        const at = cut % times.length;
        const stamps = stampsOf([times]);
        expect(stampsOf([times.slice(0, at), times.slice(at)])).toEqual(stamps);
        const ms = stamps.map((each) => (each + startUs) / 1000);
        expect(ms.every(Number.isInteger)).toBe(true);
        expect(ms.every((each, n) => n === 0 || each > ms[n - 1]!)).toBe(true);
      }),
    );
    const own = new OwnStamps(0);
    expect([...own.of(Float64Array.of(1000, 1900, 2100, 5000), 4)]).toEqual([1000, 2000, 3000, 5000]);
    expect(own.moved).toBe(2);
  });

  it('begin anew where a recording stands that was made before', () => {
    const own = new OwnStamps(0);
    expect([...own.of(Float64Array.of(10e6, 2e6, 2.0001e6), 3)]).toEqual([10e6, 2e6, 2.001e6]);
  });
});

describe('the energy up to an instant', () => {
  it('is that of a straight line between samples, and unknown outside of what is kept', () => {
    const window = new EnergyWindow(1);
    expect(window.upToJ(0)).toBeNull();
    // A ramp of 1 mW a ms: t²/2.
    for (let from = 0; from < 60_000; from += 700) {
      const times = Float64Array.from({ length: 700 }, (_, n) => (from + n) * 1000);
      window.add({ count: 700, timeUs: times, channels: [], powerMw: [times.map((us) => us / 1000)] });
    }
    const lastMs = window.lastUs / 1000;
    for (const ms of [lastMs, lastMs - 0.5, lastMs - 19_000.25]) {
      const upTo = (each: number) => (each * each) / 2 / 1e6;
      const [joules] = window.upToJ(ms * 1000)!;
      expect(joules).toBeCloseTo(upTo(ms), 6);
    }
    expect(window.upToJ(lastMs * 1000 + 1)).toBeNull();
    expect(window.upToJ(1e6)).toBeNull();
  });
});

describe('where lines go', () => {
  it.each([
    ['http://db:8086', 'http://db:8086/write?db=powerlog&precision=n'],
    ['http://db:8086/', 'http://db:8086/write?db=powerlog&precision=n'],
    ['https://db/influx/write?db=lab', 'https://db/influx/write?db=lab&precision=n'],
    ['http://db/?bucket=b&org=o', 'http://db/api/v2/write?bucket=b&org=o&precision=ns'],
    ['http://db/api/v2/write?org=o', 'http://db/api/v2/write?org=o&bucket=powerlog&precision=ns'],
    ['http://g:3000/api/live/push/bench', 'http://g:3000/api/live/push/bench?precision=n'],
  ])('%s', (given, url) => {
    expect(urlFor(parseTarget(given), 'ns')).toBe(url);
  });

  it('is not a part of a name that the address cuts off', () => {
    expect(() => parseTarget('http://db/api/v2/write?org=o&bucket=lab#2')).toThrow(/%23/);
  });

  it('with the header that its API takes', () => {
    expect(authorization('abc', { api: 'v2' })).toBe('Token abc');
    expect(authorization('abc', { api: 'v1' })).toBe('Bearer abc');
    expect(authorization('u:p', { api: 'v1' })).toBe('Basic dTpw');
    expect(authorization(null, { api: 'v1' })).toBeNull();
  });

  it('as every sample only where none can be lost in silence', () => {
    const at = (url: string, unit: 'ns' | 'ms' | null, meansHz: number | null, gridHz: number | null) => {
      const { notice, ...choice } = choosePlan(
        parseTarget(url),
        { unit, name: '', failure: null },
        meansHz,
        gridHz,
      );
      return { ...choice, isTold: notice !== null };
    };
    const [plain, ns, ms] = ['http://db', 'http://db?precision=ns', 'http://db?precision=ms'];
    const every = { unit: 'ns', intervalUs: null, isTold: false };
    expect(at(plain!, 'ns', null, null)).toEqual(every);
    expect(at(ns!, null, null, null)).toEqual(every);
    expect(at(ns!, 'ms', null, null)).toEqual(every);
    expect(at(ms!, 'ns', null, null)).toEqual({ unit: 'ms', intervalUs: 10_000, isTold: true });
    expect(at(plain!, 'ms', null, 500)).toEqual({ unit: 'ms', intervalUs: null, isTold: false });
    expect(at(plain!, 'ms', null, 501)).toEqual({ unit: 'ms', intervalUs: 10_000, isTold: true });
    expect(at(plain!, null, null, 100)).toEqual({ unit: 'ms', intervalUs: 10_000, isTold: true });
    expect(at(plain!, 'ms', 50, null)).toEqual({ unit: 'ms', intervalUs: 20_000, isTold: false });
    expect(at(plain!, 'ns', 2000, null)).toEqual({ unit: 'ns', intervalUs: 500, isTold: false });
    expect(() => at(plain!, null, 2000, null)).toThrow(/1000 stamps a second/);
  });
});
