import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartFacts } from '#powerlog/measure/part-facts.js';
import type { HistoryChunk } from '#powerlog/trace/history.js';
import { Landmarks } from '#powerlog/trace/landmarks.js';
import { exactSpan } from '#powerlog/trace/span.js';
import { Trace } from '#powerlog/trace/trace.js';

const components = ['system', 'gpu'];
const limitUs = 20_000;

/** Samples about 1 ms apart, some gaps among them, powers that wander. */
function recording(samples: number, seed: number): HistoryChunk {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const timeUs = new Float64Array(samples);
  const powerMw = components.map(() => new Float64Array(samples));
  let us = Math.floor(random() * 1e5);
  for (let n = 0; n < samples; n++) {
    us += random() < 3e-4 ? 20_001 + Math.floor(random() * 5e6) : 700 + Math.floor(random() * 600);
    timeUs[n] = us;
    for (const column of powerMw) column[n] = Math.floor(random() * 400_000) - 1000;
  }
  return { count: samples, timeUs, powerMw };
}

/** What lies around each gap, as a collector would have found; only of every other one. */
function factsOf({ count, timeUs, powerMw }: HistoryChunk): PartFacts {
  const gaps: PartFacts['gaps'] = new Map(
    Array.from({ length: count - 1 }, (_, n) => n)
      .filter((n) => timeUs[n + 1]! - timeUs[n]! > limitUs && n % 2 === 0)
      .map((n) => {
        const [before, after] = [n, n + 1].map((row) => powerMw.map((column) => column[row]!));
        const around = {
          before: before!,
          after: after!,
          low: powerMw.map(() => -500_000),
          high: powerMw.map(() => 600_000),
        };
        return [timeUs[n]!, around];
      }),
  );
  return { components, accuracyShare: 0.03, instantUs: 400, stepSpacings: 1, gapLimitUs: limitUs, gaps };
}

async function* inChunks({ count, timeUs, powerMw }: HistoryChunk): AsyncGenerator<HistoryChunk> {
  for (let from = 0; from < count; from += 1000) {
    const to = Math.min(from + 1000, count);
    yield {
      count: to - from,
      timeUs: timeUs.subarray(from, to),
      powerMw: powerMw.map((column) => column.subarray(from, to)),
    };
  }
}

describe('a trace with landmarks', () => {
  it('costs any spans as one over all samples does, and reads little of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer(),
        fc.array(fc.tuple(fc.double({ min: -0.1, max: 1.1 }), fc.double({ min: 0, max: 1 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (samples, seed, places) => {
          const all = recording(samples, seed);
          const facts = factsOf(all);
          const landmarks = new Landmarks(components.length, () => limitUs);
          for await (const { timeUs, powerMw, count } of inChunks(all)) landmarks.add(timeUs, powerMw, count);
          expect(landmarks.isSound(facts)).toBe(true);
          let read = 0;
          const trace = landmarks.finish(components, facts, async (behindUs, upToUs) => {
            const first = all.timeUs.findIndex((us) => us > behindUs);
            const behind = all.timeUs.findLastIndex((us) => us <= upToUs) + 1;
            read += behind - first;
            return {
              count: behind - first,
              timeUs: all.timeUs.slice(first, behind),
              powerMw: all.powerMw.map((column) => column.slice(first, behind)),
            };
          });
          const lengthUs = all.timeUs.at(-1)!;
          const groups = places.map(([at, length], n) => {
            // One of them begins right behind a landmark, where an end looks back beyond it.
            const landmark = all.timeUs[4096 * Math.max(1, Math.floor((at * samples) / 4096))];
            const startNs = n === 0 && landmark ? landmark * 1000 - 300 : Math.round(at * lengthUs * 1000);
            return {
              spans: [exactSpan(startNs, startNs + Math.round(length * lengthUs * 1000))],
              distribution: false,
            };
          });
          const expected = await new Trace({ chunks: () => inChunks(all) }, () => facts).evaluate(groups);
          const found = await trace.evaluate(groups);
          expect(close(found)).toEqual(close(expected));
          expect(read).toBeLessThanOrEqual(groups.length * 6 * 4096);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows when a gap was taken for none, or the other way round', () => {
    const all = recording(50_000, 5);
    const facts = factsOf(all);
    const landmarks = new Landmarks(components.length, () => 30_000);
    landmarks.add(all.timeUs, all.powerMw, all.count);
    expect(landmarks.isSound({ ...facts, gapLimitUs: 30_000 })).toBe(true);
    expect(landmarks.isSound({ ...facts, gapLimitUs: 10_000 })).toBe(true);
    expect(landmarks.isSound({ ...facts, gapLimitUs: 1000 })).toBe(false);
    expect(landmarks.isSound({ ...facts, gapLimitUs: 1e6 })).toBe(false);
  });
});

/** To a nanojoule: sums of gaps are added up in another order. */
const close = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(12)) : each)),
  );
