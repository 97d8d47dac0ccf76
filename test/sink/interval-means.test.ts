import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { missingValue, newColumn } from '#powerlog/board/frame.js';
import { resolveWiring, sumComponents } from '#powerlog/measure/rail-map.js';
import { IntervalMeans } from '#powerlog/sink/interval-means.js';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { benchlabMap } from '../benchlab-map.js';

const board = boardFor('benchlab2')!;
const wiring = resolveWiring(board, benchlabMap);
const fieldOf = (name: string) => board.fields.findIndex((field) => field.name === name);
const [power, probe, fault] = [fieldOf('eps1_power_w'), fieldOf('temp1_c'), fieldOf('fault_status')];

interface Sample {
  readonly us: number;
  readonly mw: number;
  readonly probe?: number;
  readonly fault?: bigint;
}

function blockOf(samples: readonly Sample[]): SampleRows {
  const count = samples.length;
  const channels = board.fields.map((field) => newColumn(field, count));
  samples.forEach((sample, row) => {
    channels[power]![row] = sample.mw;
    channels[probe]![row] = sample.probe ?? missingValue;
    new BigUint64Array(channels[fault]!.buffer)[row] = sample.fault ?? 0n;
  });
  const powerMw = wiring.sums.map(() => new Float64Array(count));
  sumComponents(wiring, board, channels, count, powerMw);
  const times = Float64Array.from(samples, ({ us }) => us);
  return { count, timeUs: times, channels, powerMw };
}

/** The rows, whatever blocks the samples come in. */
function meansOf(samples: readonly Sample[], widthUs: number, cuts: readonly number[] = []) {
  const means = new IntervalMeans(widthUs, board, wiring, new Set([power, probe, fault]));
  const edges = [0, ...cuts.map((cut) => cut % (samples.length + 1)).sort((a, b) => a - b), samples.length];
  const rows: { us: number; intervalUs: number; mw: number; probe: number; fault: bigint }[] = [];
  const take = ({ count, timeUs, intervalUs, channels }: SampleRows) => {
    for (let row = 0; row < count; row++)
      rows.push({
        us: timeUs[row]!,
        intervalUs: intervalUs![row]!,
        mw: channels[power]![row]!,
        probe: channels[probe]![row]!,
        fault: new BigUint64Array(channels[fault]!.slice().buffer)[row]!,
      });
  };
  edges.slice(1).forEach((to, n) => {
    take(means.add(blockOf(samples.slice(edges[n], to))));
  });
  take(means.end());
  return rows;
}

const anySamples = fc
  .array(
    fc.record({
      stepUs: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 3000 }) },
        fc.integer({ min: 1, max: 60_000 }),
      ),
      mw: fc.integer({ min: -50, max: 700_000 }),
      probe: fc.option(fc.integer({ min: -400, max: 1200 }), { nil: missingValue }),
      fault: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let us = 0;
    return steps.map(({ stepUs, ...rest }): Sample => {
      us += stepUs;
      return { us, ...rest };
    });
  });
const anyWidthUs = fc.constantFrom(1000, 7000, 10_000, 100_000, 10_000_000);

describe('the means of intervals', () => {
  it('are the same however the samples are cut into blocks', () => {
    fc.assert(
      fc.property(anySamples, anyWidthUs, fc.array(fc.nat(), { maxLength: 5 }), (samples, widthUs, cuts) => {
        expect(meansOf(samples, widthUs, cuts)).toEqual(meansOf(samples, widthUs));
      }),
    );
  });

  it('lose no energy but what lies in gaps, and hold every sample', () => {
    fc.assert(
      fc.property(anySamples, anyWidthUs, (samples, widthUs) => {
        const rows = meansOf(samples, widthUs);
        const spans = rows.map(
          ({ us, intervalUs }) => [us - Math.floor(intervalUs / 2), intervalUs] as const,
        );
        const holds = (from: number, to: number) =>
          spans.some(([start, length]) => start <= to && start + length >= from);
        expect(samples.filter(({ us }) => !holds(us, us))).toEqual([]);
        let twice = 0;
        samples.slice(1).forEach((right, n) => {
          const left = samples[n]!;
          if (holds(left.us + 1, right.us - 1) || right.us - left.us <= 20_000)
            twice += (left.mw + right.mw) * (right.us - left.us);
        });
        const energy = rows.reduce((sum, { mw, intervalUs }) => sum + mw * intervalUs, 0);
        const longestUs = Math.max(...rows.map(({ intervalUs }) => intervalUs));
        expect(Math.abs(energy - twice / 2)).toBeLessThanOrEqual(longestUs / 2 + 1e-3);
      }),
    );
  });

  it('have the bits that were set in any of their samples, and in no other', () => {
    fc.assert(
      fc.property(anySamples, anyWidthUs, (samples, widthUs) => {
        const rows = meansOf(samples, widthUs);
        const all = (values: readonly { fault?: bigint }[]) =>
          values.reduce((bits, { fault: own }) => bits | (own ?? 0n), 0n);
        const unheld = samples.at(-1)!.us % widthUs === 0 ? (samples.at(-1)!.fault ?? 0n) : 0n;
        expect(all(rows) | unheld).toBe(all(samples));
      }),
    );
  });

  it('are of the probe while it was there', () => {
    const samples = [
      { us: 0, mw: 0 },
      { us: 1000, mw: 0, probe: 200 },
      { us: 2000, mw: 0, probe: 300 },
      { us: 4000, mw: 0 },
    ];
    expect(meansOf(samples, 1_000_000)[0]!.probe).toBe(250);
  });
});
