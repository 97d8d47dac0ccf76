import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measured } from '#powerlog/measure/summary.js';
import { Cover, totalUs, union } from '#powerlog/measure/tracks/cover.js';
import { type TrackFigures, wholeOf } from '#powerlog/measure/tracks/whole.js';
import type { EndReason } from '#powerlog/stream/event.js';
import { blockOf, collected, header, type Sample } from './recording.js';

/** Shorter spacings are never gaps, µs; the samples here lie close enough for longer ones to be gaps. */
const limitUs = 20_000;

interface TrackRun {
  readonly samples: readonly Sample[];
  readonly endUs: number;
  readonly reason?: EndReason;
}

async function figuresOf({ samples, endUs, reason = 'stopped' }: TrackRun, n: number): Promise<TrackFigures> {
  const block = blockOf(samples, [{ type: 'end', atNs: endUs * 1000, reason }]);
  const collector = await collected([block]);
  const id = `track ${n}`;
  return {
    id,
    measured: collector.measured(),
    reach: collector.reach,
    gapLimitUs: limitUs,
    file: `${id}.csv`,
    capture: null,
  };
}

const wholeOfRuns = async (runs: readonly TrackRun[]): Promise<Measured> =>
  wholeOf(await Promise.all(runs.map(figuresOf)));

/** Steady samples a millisecond apart, but for the stretches that are left out, in ms. */
function steady(
  fromMs: number,
  toMs: number,
  watts: number,
  ...without: readonly (readonly [number, number])[]
) {
  const samples: Sample[] = [];
  for (let ms = fromMs; ms <= toMs; ms++)
    if (!without.some(([from, to]) => ms > from && ms < to))
      samples.push({ us: ms * 1000, mw: { eps1: watts * 1000 }, latencyUs: 400 });
  return samples;
}

describe('the figures of several tracks as one', () => {
  it('are those of the tracks added, where all were there all the time', async () => {
    const runs = [
      { samples: steady(0, 2000, 100), endUs: 2_000_000 },
      { samples: steady(3, 2001, 40), endUs: 2_001_000 },
    ];
    const [a, b] = await Promise.all(runs.map(figuresOf));
    const whole = await wholeOfRuns(runs);
    expect(whole).toMatchObject({ samples: 4000, coverage: 1, gaps: [], duration_s: 2.001 });
    expect(whole.energy_j.cpu).toBeCloseTo(200 + 40 * 1.998, 9);
    expect(whole.power_w.cpu).toEqual({ mean: 140, min: null, max: null, p50: null, p95: null, p99: null });
    expect(whole.rails.eps1).toEqual({ power_w: whole.power_w.cpu, energy_j: whole.energy_j.cpu });
    for (const part of ['accuracy_j', 'gaps_j', 'edges_j'] as const)
      expect(whole.uncertainty[part].cpu).toBeCloseTo(
        Math.hypot(a!.measured.uncertainty[part].cpu!, b!.measured.uncertainty[part].cpu!),
        12,
      );
    expect(whole.uncertainty.accuracy_j.cpu).toBeCloseTo(0.03 * Math.hypot(200, 40 * 1.998), 9);
    expect(whole.start_unix_s).toBe(header.startUnixUs! / 1e6);
  });

  it('have gaps that are one track’s, and a coverage of the time in which all were there', async () => {
    const whole = await wholeOfRuns([
      { samples: steady(0, 1000, 100, [200, 400], [700, 800]), endUs: 1_000_000 },
      { samples: steady(0, 1000, 40, [300, 500]), endUs: 1_000_000 },
    ]);
    expect(whole.gaps).toEqual([
      { track: 'track 0', start_s: 0.2, end_s: 0.4, cause: 'late' },
      { track: 'track 1', start_s: 0.3, end_s: 0.5, cause: 'late' },
      { track: 'track 0', start_s: 0.7, end_s: 0.8, cause: 'late' },
    ]);
    expect(whole.coverage).toBeCloseTo(0.6, 9);
  });

  it('say where a track was over early, and then know no mean', async () => {
    const early = (reason: EndReason) =>
      wholeOfRuns([
        { samples: steady(0, 1000, 100), endUs: 1_000_000 },
        { samples: steady(0, 300, 40), endUs: 400_000, reason },
      ]);
    const lost = await early('board-lost');
    // The silence before it was given up had no fault told of it here.
    expect(lost.gaps).toMatchObject([
      { track: 'track 1', start_s: 0.3, end_s: 0.4 },
      { track: 'track 1', start_s: 0.4, end_s: 1, cause: 'board-lost' },
    ]);
    expect((await early('source-ended')).gaps.at(-1)).toMatchObject({ cause: 'ended', end_s: 1 });
    expect(lost.coverage).toBeCloseTo(0.3, 9);
    expect(lost.power_w.cpu!.mean).toBeNull();
    expect(lost.energy_j.cpu).toBeCloseTo(100 + 40 * 0.3, 9);
  });

  it('take a first and a last reply that took long for no silence', async () => {
    const [first, last] = [24_000, 976_000].map((us) => ({ us, mw: { eps1: 40_000 }, latencyUs: 48_000 }));
    const whole = await wholeOfRuns([
      { samples: steady(0, 1000, 100), endUs: 1_000_000 },
      { samples: [first!, ...steady(44, 956, 40), last!], endUs: 1_000_000 },
    ]);
    expect(whole).toMatchObject({ gaps: [], coverage: 1 });
  });

  it('know a mean where a track lacks no more than a hundredth of the time', async () => {
    const lacking = async (ms: number) => {
      const short = {
        samples: steady(0, 10_000 - ms, 40),
        endUs: 10_000_000,
        reason: 'source-ended',
      } as const;
      return (await wholeOfRuns([{ samples: steady(0, 10_000, 100), endUs: 10_000_000 }, short])).power_w.cpu!
        .mean;
    };
    expect([await lacking(100), await lacking(101)]).toEqual([140, null]);
  });

  it('are not known where a track’s are not', async () => {
    const whole = await wholeOfRuns([
      { samples: steady(0, 1000, 100), endUs: 1_000_000 },
      { samples: [], endUs: 1_000_000 },
    ]);
    expect(whole).toMatchObject({ samples: 1001, coverage: 0 });
    expect([whole.energy_j.cpu, whole.energy_uncertainty_j.cpu, whole.power_w.cpu!.mean]).toEqual([
      null,
      null,
      null,
    ]);
    expect(whole.tracks![0]!.energy_j.cpu).toBeCloseTo(100, 9);
  });

  it('cover what every single instant says', async () => {
    const spacingMs = fc.oneof(
      { weight: 30, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 15, max: 90 }) },
    );
    const track = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.array(spacingMs, { minLength: 150, maxLength: 400 }))
      .map(([firstMs, spacings]) => {
        let ms = firstMs;
        return [ms, ...spacings.map((spacing) => (ms += spacing))];
      });
    await fc.assert(
      fc.asyncProperty(fc.array(track, { minLength: 2, maxLength: 4 }), async (tracks) => {
        const runs = tracks.map((instants) => ({
          samples: instants.map((ms) => ({ us: ms * 1000, mw: { eps1: 1000 } })),
          endUs: instants.at(-1)! * 1000,
        }));
        const whole = await wholeOfRuns(runs);
        const isLong = (fromMs: number, toMs: number) => (toMs - fromMs) * 1000 > limitUs;
        // A silence before a first sample is a gap where it is long, and then in the duration.
        const startMs = Math.min(...tracks.map(([first]) => (isLong(0, first!) ? 0 : first!)));
        const endMs = Math.max(...tracks.map((instants) => instants.at(-1)!));
        let covered = 0;
        for (let ms = startMs; ms < endMs; ms++) {
          const isCovered = tracks.every((instants) => {
            const before = instants.findLast((each) => each <= ms) ?? startMs;
            const after = instants.find((each) => each > ms) ?? endMs;
            return !isLong(before, after);
          });
          if (isCovered) covered++;
        }
        expect(whole.duration_s).toBeCloseTo((endMs - startMs) / 1000, 9);
        expect(whole.coverage).toBeCloseTo(covered / (endMs - startMs), 9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what spans cover together', () => {
  it('is counted once, wherever they meet', () => {
    const span = fc
      .tuple(fc.nat(60), fc.nat(20))
      .map(([startUs, length]) => ({ startUs, endUs: startUs + length }));
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const instants = new Set<number>();
        for (const { startUs, endUs } of spans) for (let us = startUs; us < endUs; us++) instants.add(us);
        const apart = union(spans);
        const cover = new Cover(spans);
        for (let us = 0; us <= 80; us += 7)
          expect(cover.within(us, us + 9)).toBe(
            [...instants].filter((each) => each >= us && each < us + 9).length,
          );
        expect(totalUs(apart)).toBe(instants.size);
        for (const [n, { startUs }] of apart.entries())
          if (n > 0) expect(startUs).toBeGreaterThan(apart[n - 1]!.endUs);
      }),
    );
  });
});
