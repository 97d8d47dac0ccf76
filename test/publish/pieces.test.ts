import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridEndUs, type Samples } from '#powerlog/draw/envelope.js';
import { EnvelopeBuilder } from '#powerlog/draw/envelope-builder.js';
import { gridOver, intervalsOf, samplesIn } from '#powerlog/publish/pieces.js';
import { expectTrue } from './brute-force.js';

const limitUs = 20_000;

function wandering(count: number, seed: number): Samples {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const timeUs = new Float64Array(count);
  let us = 0;
  for (let n = 0; n < count; n++) timeUs[n] = us += 1 + Math.floor(random() * 3000);
  return {
    timeUs,
    powerMw: [0, 1].map(() => Float32Array.from(timeUs, () => Math.floor(random() * 400_000))),
  };
}

describe('intervals of a stretch', () => {
  it('have the extremes and the energy of its samples, wherever it begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 2000 }),
        fc.integer(),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (count, seed, from, length, columns) => {
          const samples = wandering(count, seed);
          const endUs = samples.timeUs.at(-1)!;
          const fromUs = Math.floor(from * endUs);
          const toUs = Math.min(fromUs + Math.ceil(length * endUs), endUs);
          const wantedUs = (toUs - fromUs) / columns;
          if (wantedUs < 1) return;
          const grid = gridOver(fromUs, toUs, wantedUs);
          const piece = intervalsOf(samplesIn(samples, grid.startUs, gridEndUs(grid)), grid, limitUs);
          expect(piece.grid.intervalUs).toBeLessThanOrEqual(wantedUs);
          expectTrue(piece, samples);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leave gaps out, at their edges too', () => {
    const samples = {
      timeUs: Float64Array.of(0, 1000, 2000, 102_000, 103_000, 200_000),
      powerMw: [Float32Array.of(5, 6, 7, 8, 9, 10)],
    };
    const piece = (fromUs: number, toUs: number) =>
      intervalsOf(samplesIn(samples, fromUs, toUs), gridOver(fromUs, toUs, 1000), limitUs);
    const inGap = piece(50_000, 60_000);
    expect([...inGap.series[0]!.minMw].every(Number.isNaN)).toBe(true);
    const { grid, series } = piece(100_000, 110_000);
    expect(grid.startUs).toBe(100_000);
    expect([...series[0]!.maxMw]).toEqual([Number.NaN, Number.NaN, 9, 9]);
  });
});

describe('a part of what a builder has by now', () => {
  it('is as true, however coarse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3000 }),
        fc.integer(),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 400_000 }),
        (count, seed, from, wantedUs) => {
          const samples = wandering(count, seed);
          const endUs = samples.timeUs.at(-1)!;
          const builder = new EnvelopeBuilder(2, { most: 512 });
          for (let row = 0; row < count; row += 100)
            builder.add(
              samples.timeUs.subarray(row, row + 100),
              samples.powerMw.map((column) => column.subarray(row, row + 100)),
              Math.min(100, count - row),
              limitUs,
            );
          const fromUs = from * endUs;
          const part = builder.part(fromUs, endUs, wantedUs, limitUs);
          expect(part.grid.intervalUs).toBeLessThanOrEqual(Math.max(wantedUs, builder.intervalUs));
          expect(part.grid.startUs).toBeLessThanOrEqual(fromUs);
          // A last sample between two intervals is the end of the line in the first of them.
          expect(gridEndUs(part.grid)).toBeGreaterThanOrEqual(endUs);
          expectTrue(part, samples);
        },
      ),
      { numRuns: 100 },
    );
  });
});
