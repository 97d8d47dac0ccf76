import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coarser,
  type Envelope,
  type Envelopes,
  type Grid,
  newColumns,
  Pyramid,
} from '#powerlog/draw/envelope.js';
import { EnvelopeBuilder } from '#powerlog/draw/envelope-builder.js';
import { packEnvelope, unpackEnvelope } from '#powerlog/draw/packing.js';

interface Sample {
  readonly us: number;
  readonly mw: number;
}

const gapLimitUs = 20_000;

/** A recording: its first sample far from 0 or not, spacings of all lengths, gaps, spikes. */
const recording = fc
  .tuple(
    fc.oneof(fc.nat(5000), fc.nat(2_000_000_000)),
    fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 20, arbitrary: fc.integer({ min: 1, max: 1500 }) },
          { weight: 2, arbitrary: fc.integer({ min: 1501, max: gapLimitUs }) },
          { weight: 1, arbitrary: fc.integer({ min: gapLimitUs + 1, max: 3_000_000 }) },
        ),
        fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -2000, max: 60_000 }) }, fc.nat(900_000)),
      ),
      { minLength: 1, maxLength: 120 },
    ),
  )
  .map(([firstUs, steps]) => {
    let us = firstUs;
    return steps.map(([spacingUs, mw], n): Sample => {
      us += n === 0 ? 0 : spacingUs;
      return { us, mw };
    });
  });
const slices = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const grids = fc.record({
  intervalUs: fc.constantFrom(100, 250, 1000),
  most: fc.constantFrom(4, 16, 64),
});

const built = (...made: Parameters<typeof builderOf>): Envelopes => builderOf(...made).envelopes(gapLimitUs);

function builderOf(
  samples: readonly Sample[],
  sizes: readonly number[],
  options: { intervalUs: number; most: number },
  limitUs = gapLimitUs,
): EnvelopeBuilder {
  const builder = new EnvelopeBuilder(1, options);
  for (let from = 0, slice = 0; from < samples.length; slice++) {
    const some = samples.slice(from, from + sizes[slice % sizes.length]!);
    builder.add(
      Float64Array.from(some, ({ us }) => us),
      [Float64Array.from(some, ({ mw }) => mw)],
      some.length,
      limitUs,
    );
    from += some.length;
  }
  return builder;
}

/** The same on paper: spacing by spacing, interval by interval. */
function onPaper(samples: readonly Sample[], { startUs, intervalUs, count }: Grid): Envelope {
  const ends = Array.from({ length: count + 1 }, (_, n) => startUs + n * intervalUs);
  const powers = ends.slice(1).map((): number[] => []);
  const place = (us: number) => Math.floor((us - startUs) / intervalUs);
  for (const { us, mw } of samples) powers[place(us)]!.push(mw);
  const energyJ = new Float64Array(count + 1);
  for (let n = 1; n < samples.length; n++) {
    const [a, b] = [samples[n - 1]!, samples[n]!];
    const at = (us: number) => (us === b.us ? b.mw : a.mw + ((b.mw - a.mw) / (b.us - a.us)) * (us - a.us));
    for (let k = place(a.us); k <= place(b.us); k++) {
      const [from, to] = [Math.max(a.us, ends[k]!), Math.min(b.us, ends[k + 1]!)];
      for (let later = k + 1; later <= count; later++)
        energyJ[later]! += ((at(from) + at(to)) / 2) * (to - from) * 1e-9;
      if (b.us - a.us <= gapLimitUs) {
        if (ends[k]! > a.us) powers[k]!.push(at(ends[k]!));
        if (ends[k + 1]! <= b.us) powers[k]!.push(at(ends[k + 1]!));
      }
    }
  }
  return {
    minMw: Float32Array.from(powers, (each) => (each.length === 0 ? Number.NaN : Math.min(...each))),
    maxMw: Float32Array.from(powers, (each) => (each.length === 0 ? Number.NaN : Math.max(...each))),
    energyJ,
  };
}

function expectAlike(found: Envelope, wanted: Envelope): void {
  expect(found.minMw).toEqual(wanted.minMw);
  expect(found.maxMw).toEqual(wanted.maxMw);
  expect(found.energyJ.length).toBe(wanted.energyJ.length);
  const scale = Math.max(1e-9, ...wanted.energyJ.map(Math.abs));
  found.energyJ.forEach((joules, n) => {
    expect(Math.abs(joules - wanted.energyJ[n]!)).toBeLessThan(1e-9 * scale);
  });
}

describe('an envelope', () => {
  it('is what it is on paper, however samples are sliced, far from 0, with gaps, and however often it doubled', () => {
    fc.assert(
      fc.property(recording, slices, grids, (samples, sizes, options) => {
        const { grid, series } = built(samples, sizes, options);
        expect(grid.count).toBe(Math.floor(samples.at(-1)!.us / grid.intervalUs) + 1);
        expect(grid.count).toBeLessThanOrEqual(options.most);
        expectAlike(series[0]!, onPaper(samples, grid));
      }),
      { numRuns: 400 },
    );
  });

  it('is the same where spacings were taken for gaps at first, and for none at the end', () => {
    fc.assert(
      fc.property(recording, slices, grids, (samples, sizes, options) => {
        const { grid, series } = built(samples, sizes, options, 800);
        expectAlike(series[0]!, onPaper(samples, grid));
      }),
      { numRuns: 200 },
    );
  });

  it('is as well when nothing more is added, on the memory of its builder', () => {
    fc.assert(
      fc.property(recording, grids, (samples, options) => {
        const make = () => {
          const builder = new EnvelopeBuilder(1, options);
          const [timeUs, mw] = [samples.map(({ us }) => us), samples.map((each) => each.mw)];
          builder.add(Float64Array.from(timeUs), [Float64Array.from(mw)], samples.length, gapLimitUs);
          return builder;
        };
        expect(make().finish(gapLimitUs)).toEqual(make().envelopes(gapLimitUs));
      }),
    );
  });

  it('is the same as a part, from the beginning to no end', () => {
    fc.assert(
      fc.property(
        recording,
        slices,
        grids,
        fc.constantFrom(gapLimitUs, 800),
        (samples, sizes, options, limitUs) => {
          const builder = builderOf(samples, sizes, options, limitUs);
          const { grid, series } = builder.envelopes(gapLimitUs);
          const part = builder.part(0, Number.POSITIVE_INFINITY, builder.intervalUs, gapLimitUs);
          const reach = samples.length > 0 && { firstUs: samples[0]!.us, lastUs: samples.at(-1)!.us };
          expect(part.grid).toEqual({ ...grid, startUs: 0, ...(reach && { reach }) });
          expectAlike(part.series[0]!, series[0]!);
        },
      ),
    );
  });

  it('tells the energy up to an instant: at the end of an interval the trapezoid, between two its even share', () => {
    const energy = fc.property(
      recording,
      slices,
      grids,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (samples, sizes, options, share) => {
        const builder = builderOf(samples, sizes, options);
        const { grid } = builder.envelopes(gapLimitUs);
        const { energyJ } = onPaper(samples, grid);
        const scale = Math.max(1e-9, ...energyJ.map(Math.abs));
        const expectAt = (us: number, wantedJ: number) =>
          expect(Math.abs(builder.energyUpToJ(0, us) - wantedJ)).toBeLessThan(1e-9 * scale);
        const [firstUs, lastUs] = [samples[0]!.us, samples.at(-1)!.us];
        for (const us of [-1, 0, firstUs]) expectAt(us, 0);
        for (const us of [lastUs, lastUs + 1, Number.POSITIVE_INFINITY]) expectAt(us, energyJ.at(-1)!);
        for (let n = 0; n < grid.count; n++) {
          const fromUs = Math.max(n * grid.intervalUs, firstUs);
          const toUs = Math.min((n + 1) * grid.intervalUs, lastUs);
          if (fromUs >= toUs) continue;
          expectAt(toUs, energyJ[n + 1]!);
          const us = fromUs + share * (toUs - fromUs);
          // What of the share is left where such an instant is written down.
          const even = (us - fromUs) / (toUs - fromUs);
          expectAt(us, energyJ[n]! + even * (energyJ[n + 1]! - energyJ[n]!));
        }
      },
    );
    fc.assert(energy, { numRuns: 200 });
    const builder = builderOf(
      [
        { us: 900, mw: 1e6 },
        { us: 1900, mw: 1e6 },
      ],
      [2],
      { intervalUs: 1000, most: 4 },
    );
    expect(builder.energyUpToJ(0, 1000) * 1e6).toBeCloseTo(100_000, 6);
    expect(builder.energyUpToJ(0, 950) * 1e6).toBeCloseTo(50_000, 6);
  });

  it('counts what the sampling leaves open as gaps turn out', () => {
    fc.assert(
      fc.property(recording, slices, grids, (samples, sizes, options) => {
        const builder = new EnvelopeBuilder(1, options);
        for (const { us, mw } of samples)
          builder.add(Float64Array.of(us), [Float64Array.of(mw)], 1, sizes[0]! * 500);
        const wanted = samples.slice(1).reduce((sum, { us, mw }, n) => {
          const before = samples[n]!;
          return us - before.us > gapLimitUs ? sum : sum + ((mw - before.mw) * (us - before.us)) ** 2;
        }, 0);
        expect(Math.abs(builder.stepSquares(gapLimitUs)[0]! - wanted)).toBeLessThanOrEqual(1e-9 * wanted);
      }),
    );
  });

  it('gets coarser without losing an extreme or a joule', () => {
    fc.assert(
      fc.property(
        recording,
        slices,
        grids,
        fc.constantFrom(2, 3, 4, 7),
        (samples, sizes, options, factor) => {
          const coarse = coarser(built(samples, sizes, options), factor);
          expectAlike(coarse.series[0]!, onPaper(samples, coarse.grid));
        },
      ),
    );
  });
});

describe('packed', () => {
  it('an extreme is rounded outwards, and no stretch of energy is off by more than a quantum for an interval', () => {
    fc.assert(
      fc.property(recording, slices, grids, fc.constantFrom(1, 10), (samples, sizes, options, quantumMw) => {
        const { grid, series } = built(samples, sizes, options);
        const [whole] = series;
        const packed = unpackEnvelope(packEnvelope(grid, whole!, quantumMw), grid, quantumMw);
        whole!.minMw.forEach((mw, n) => {
          if (Number.isNaN(mw)) {
            expect(packed.minMw[n]).toBeNaN();
            return;
          }
          expect(packed.minMw[n]! <= mw && packed.minMw[n]! > mw - quantumMw).toBe(true);
          expect(
            packed.maxMw[n]! >= whole!.maxMw[n]! && packed.maxMw[n]! < whole!.maxMw[n]! + quantumMw,
          ).toBe(true);
        });
        const mostJ = quantumMw * grid.intervalUs * 1e-9 * (1 + 1e-6);
        for (let from = 0; from <= grid.count; from++)
          for (let to = from; to <= grid.count; to++) {
            const [a, b] = [whole!.energyJ, packed.energyJ].map((energyJ) => energyJ[to]! - energyJ[from]!);
            expect(Math.abs(a! - b!)).toBeLessThanOrEqual(mostJ + 1e-12 * Math.abs(a!));
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe('200 spikes of a single sample', () => {
  /** Ten minutes at 1 kHz that hum about 100 W. */
  const count = 600_000;
  const spikes = new Map(
    Array.from({ length: 200 }, (_, n) => [(n * 2_999 + 1234) % count, 200_000 + n * 1000]),
  );
  const timeUs = Float64Array.from({ length: count }, (_, n) => n * 1000 + ((n * 7919) % 311));
  const powerMw = Float64Array.from({ length: count }, (_, n) => spikes.get(n) ?? 100_000 + ((n * 31) % 977));
  const builder = new EnvelopeBuilder(1, { most: 8192 });
  for (let from = 0; from < count; from += 512)
    builder.add(
      timeUs.subarray(from, from + 512),
      [powerMw.subarray(from, from + 512)],
      Math.min(512, count - from),
      gapLimitUs,
    );
  const finest = builder.envelopes(gapLimitUs);

  it('stand in every level', () => {
    for (let level = finest; level.grid.count > 1; level = coarser(level, 4))
      for (const [n, mw] of spikes) {
        const at = Math.floor(timeUs[n]! / level.grid.intervalUs);
        expect(level.series[0]!.maxMw[at]).toBeGreaterThanOrEqual(mw);
      }
  });

  it('are in one column each, theirs or the one beside, at any zoom; in several where intervals are wider than columns', () => {
    const pyramid = new Pyramid(finest);
    for (const [n, mw] of spikes)
      for (const spanUs of [6e8, 1e8, 7e6, 4e5]) {
        const columns = newColumns(640);
        const fromUs = Math.max(0, timeUs[n]! - 0.3 * spanUs);
        pyramid.fillColumns(0, fromUs, fromUs + spanUs, columns);
        const own = Math.floor(((timeUs[n]! - fromUs) / spanUs) * 640);
        const wide = (pyramid.levelFor(spanUs / 640).grid.intervalUs / spanUs) * 640;
        const found = [...columns.maxMw.keys()].filter((column) => columns.maxMw[column] === mw);
        expect(found.length).toBeGreaterThan(0);
        for (const column of found)
          expect(Math.abs(column - own)).toBeLessThanOrEqual(Math.max(1, Math.ceil(wide)));
        if (wide <= 1) expect(found).toHaveLength(1);
      }
  });
});
