import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PowersAround } from '#powerlog/measure/uncertainty.js';
import type { HistoryChunk } from '#powerlog/trace/history.js';
import { Pass } from '#powerlog/trace/pass.js';
import type { Span } from '#powerlog/trace/span.js';
import { energyBetween } from '../measure/energy-between.js';

const gapLimitUs = 20_000;
const instantUs = 300;

/** Samples as [µs, mW]; chunks of `rows`. */
function* chunksOf(samples: readonly (readonly [number, number])[], rows: number): Generator<HistoryChunk> {
  for (let from = 0; from < samples.length; from += rows) {
    const part = samples.slice(from, from + rows);
    const column = (n: 0 | 1) => Float64Array.from(part, (sample) => sample[n]);
    yield { count: part.length, timeUs: column(0), powerMw: [column(1)] };
  }
}

const span = (startUs: number, endUs: number, startUncertaintyUs = 0, endUncertaintyUs = 0): Span => ({
  startNs: startUs * 1000,
  endNs: endUs * 1000,
  startUncertaintyNs: startUncertaintyUs * 1000,
  endUncertaintyNs: endUncertaintyUs * 1000,
});

function evaluate(
  samples: readonly (readonly [number, number])[],
  groups: readonly (readonly Span[])[],
  rows = 3,
  gaps: ReadonlyMap<number, PowersAround> = new Map(),
) {
  const pass = new Pass(
    { components: ['system'], accuracyShare: 0, instantUs, stepSpacings: 1, gapLimitUs, gaps },
    groups.map((spans) => ({ spans, distribution: true })),
  );
  for (const chunk of chunksOf(samples, rows)) pass.take(chunk);
  return pass.finish();
}

/** By the definition, of type 7. */
function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (values.length - 1);
  const below = sorted[Math.floor(position)]!;
  return below + (position % 1) * (sorted[Math.ceil(position)]! - below);
}

describe('a pass over the samples', () => {
  // 0 W, then 10 W from 2 ms on: the ramp lies between 1 ms and 2 ms.
  const step: [number, number][] = [
    [0, 0],
    [1000, 0],
    [2000, 10_000],
    [3000, 10_000],
    [4000, 10_000],
  ];

  it('interpolates the power at both ends', () => {
    const [result] = evaluate(step, [[span(1500, 3500)]]);
    // From 5 W at 1.5 ms: 7.5 W · 0.5 ms, then 10 W · 1.5 ms.
    expect(result!.components[0]!.energyNj).toBeCloseTo(7500 * 500 + 10_000 * 1500, 6);
    expect(result!.components[0]).toMatchObject({ minMw: 5000, maxMw: 10_000 });
    expect(result!.withinUs).toBe(2000);
    expect(result!.components[0]!.quantilesMw).toEqual({ p50: 10_000, p95: 10_000, p99: 10_000 });
  });

  it('adds up what a phase did each time, overlapping times twice', () => {
    const rising: [number, number][] = [0, 1, 2, 3, 5].map((mw, n) => [n * 1000, mw]);
    const [result] = evaluate(rising, [[span(1000, 3000), span(1500, 4000)]]);
    expect(result!.components[0]!.energyNj).toBeCloseTo(1500 + 2500 + (1.75 * 500 + 2500 + 4000), 6);
    expect(result!.withinUs).toBe(4500);
    // The samples at 1, 2 and 3 ms, each once.
    expect(result!.components[0]!.quantilesMw).toMatchObject({ p50: 2 });
  });

  it('assumes nothing of what lies outside of the samples', () => {
    const [before, over, behind] = evaluate(step, [
      [span(-5000, -1000)],
      [span(3500, 9000)],
      [span(9000, 9500)],
    ]);
    expect(before!.withinUs).toBe(0);
    expect(over!.withinUs).toBe(500);
    expect(over!.components[0]!.energyNj).toBeCloseTo(10_000 * 500, 6);
    expect(behind!.withinUs).toBe(0);
    expect(behind!.components[0]!.energyNj).toBe(0);
  });

  it('has nothing to say of a recording without samples', () => {
    const [result] = evaluate([], [[span(0, 10)]]);
    expect(result!.withinUs).toBe(0);
  });

  it('gives a point the power of its instant', () => {
    const [result] = evaluate(step, [[span(1250, 1250)]]);
    expect(result!.components[0]).toMatchObject({ energyNj: 0, minMw: 2500, maxMw: 2500 });
  });

  it('bounds what a gap may hide by what lies around it, and counts its time', () => {
    const samples: [number, number][] = [
      [0, 1000],
      [1000, 1000],
      [101_000, 1000],
      [102_000, 1000],
    ];
    const around = { before: [1000], after: [1000], low: [500], high: [4000] };
    const [whole, part] = evaluate(
      samples,
      [[span(500, 101_500)], [span(51_000, 101_500)]],
      3,
      new Map([[1000, around]]),
    );
    expect(whole!.inGapsUs).toBe(100_000);
    expect(whole!.components[0]!.gapsJ).toBeCloseTo(3000 * 100_000 * 1e-9, 12);
    expect(part!.inGapsUs).toBe(50_000);
    expect(part!.components[0]!.gapsJ).toBeCloseTo(3000 * 50_000 * 1e-9, 12);
  });

  it('agrees with energyBetween, however the samples are cut into chunks', () => {
    const spacing = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 3000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 20_001, max: 60_000 }) },
    );
    const sample = fc.tuple(spacing, fc.integer({ min: -500, max: 400_000 }));
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 2, maxLength: 60 }),
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.nat(5000),
            fc.nat(5000),
          ),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        fc.integer({ min: 1, max: 20 }),
        (steps, shares, rows) => {
          let us = 0;
          const samples = steps.map(([by, power]) => {
            us += by;
            return [us, power] as const;
          });
          const [first, last] = [samples[0]![0], us];
          const intervals = shares.map(([a, b, ...uncertainty]) => {
            const [low, high] = [Math.min(a, b), Math.max(a, b)];
            const at = (share: number) => Math.round(first + share * (last - first));
            const [startUncertaintyUs, endUncertaintyUs] = uncertainty;
            return { startUs: at(low), endUs: at(high), startUncertaintyUs, endUncertaintyUs };
          });
          // Gaps as a recording lists them: the extremes within a second, here the whole of it.
          const powers = samples.map(([, power]) => power);
          const around = { before: [0], after: [0], low: [Math.min(...powers)], high: [Math.max(...powers)] };
          const gaps = new Map(
            samples
              .slice(1)
              .map(([, power], n) => [
                samples[n]![0],
                { ...around, before: [samples[n]![1]], after: [power] },
              ]),
          );
          const results = evaluate(
            samples,
            intervals.map((each) => [
              span(each.startUs, each.endUs, each.startUncertaintyUs, each.endUncertaintyUs),
            ]),
            rows,
            gaps,
          );
          intervals.forEach((interval, n) => {
            const reference = energyBetween(
              { count: samples.length, timeUs: samples.map((s) => s[0]), powerMw: powers },
              interval,
              { accuracyShare: 0, instantUs, gapLimitUs },
            )!;
            const ours = results[n]!.components[0]!;
            expect(ours.energyNj * 1e-9).toBeCloseTo(reference.energyJ, 9);
            expect(ours.minMw * 1e-3).toBeCloseTo(reference.minW, 6);
            expect(ours.maxMw * 1e-3).toBeCloseTo(reference.maxW, 6);
            if (last - first < 1e6) expect(ours.gapsJ).toBeCloseTo(reference.budget.gapsJ, 9);
            expect(ours.cutsJ).toBeCloseTo(reference.budget.cutsJ, 9);
            expect(ours.instantsJ).toBeCloseTo(reference.budget.instantsJ, 9);
            expect(Math.sqrt(ours.samplingSquares)).toBeCloseTo(reference.budget.samplingJ, 9);
            const { startUs, endUs } = interval;
            const inside = samples.filter(([at]) => at >= startUs && at < endUs).map(([, power]) => power);
            for (const [share, found] of [
              [0.5, ours.quantilesMw!.p50],
              [0.95, ours.quantilesMw!.p95],
              [0.99, ours.quantilesMw!.p99],
            ] as const) {
              const expected = quantile(inside, share);
              if (expected === null) expect(found).toBeNull();
              else expect(found).toBeCloseTo(expected, 6);
            }
          });
        },
      ),
    );
  });
});
