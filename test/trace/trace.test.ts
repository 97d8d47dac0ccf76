import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { PowerHistory } from '#powerlog/trace/history.js';
import { exactSpan } from '#powerlog/trace/span.js';
import { Trace } from '#powerlog/trace/trace.js';

const facts = {
  components: ['system', 'cpu'],
  accuracyShare: 0.03,
  stepSpacings: 1,
  instantUs: 0,
  gapLimitUs: 20_000,
  gaps: new Map(),
};

/** `count` samples from number `from`, one a ms: the system at so many watts, the CPU at half. */
function block(from: number, count: number, watts = (n: number) => n): SampleRows {
  const column = (of: (n: number) => number) => Float64Array.from({ length: count }, (_, n) => of(from + n));
  return {
    count,
    timeUs: column((n) => n * 1000),
    channels: [],
    powerMw: [column((n) => watts(n) * 1000), column((n) => watts(n) * 500)],
  };
}

const ms = (startMs: number, endMs: number) => exactSpan(startMs * 1e6, endMs * 1e6);
const distributionOf = (span: ReturnType<typeof ms>) => ({ spans: [span], distribution: true });

/** What engines take their memories from, which this counts. */
const engines = globalThis as unknown as {
  WebAssembly: { Memory: new (descriptor: object) => { readonly buffer: ArrayBuffer } };
};

describe('a trace', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('says what a span cost, how well that is known, and how its power is distributed', async () => {
    const history = new PowerHistory(2);
    await history.write(block(0, 1001));
    const [result] = await new Trace(history, () => facts).evaluate([distributionOf(ms(100, 300))]);
    expect(result!.withinUs).toBe(200_000);
    expect(result!.cost).toMatchObject({
      duration_s: 0.2,
      coverage: 1,
      energy_j: { system: 40, cpu: 20 },
      // The samples at the begin and up to, without it, the end.
      power_w: { system: { mean: 200, min: 100, max: 300, p50: 199.5 }, cpu: { mean: 100, p50: 99.75 } },
      uncertainty: { accuracy_j: { system: 1.2, cpu: 0.6 } },
    });
    expect(result!.cost.energy_uncertainty_j.system).toBeGreaterThan(1.2);
  });

  it('has the mean of several points, and no joule that could be otherwise', async () => {
    const history = new PowerHistory(2);
    await history.write(block(0, 1001));
    const off = { ...facts, instantUs: 300 };
    const [points, uncertain] = await new Trace(history, () => off).evaluate([
      { spans: [ms(100, 100), ms(200, 200), ms(900, 900)], distribution: false },
      { spans: [{ ...ms(100, 100), startUncertaintyNs: 5e6, endUncertaintyNs: 5e6 }], distribution: false },
    ]);
    expect(points!.cost).toMatchObject({
      power_w: { system: { mean: 400, min: 100, max: 900 }, cpu: { mean: 200, min: 50, max: 450 } },
      energy_j: { system: 0, cpu: 0 },
      energy_uncertainty_j: { system: 0, cpu: 0 },
    });
    expect(uncertain!.cost.energy_uncertainty_j.system).toBeGreaterThan(0);
  });

  it('needs one engine however many distributions are asked for, and as much memory as those under way', async () => {
    const made: { readonly buffer: ArrayBuffer }[] = [];
    class CountedMemory extends engines.WebAssembly.Memory {
      constructor(descriptor: object) {
        super(descriptor);
        made.push(this);
      }
    }
    vi.stubGlobal(
      'WebAssembly',
      Object.assign(Object.create(engines.WebAssembly), { Memory: CountedMemory }),
    );
    const history = new PowerHistory(2);
    await history.write(block(0, 20_000, (n) => (n * 7) % 500));
    const spans = Array.from({ length: 2000 }, (_, n) => ms(10 * n, 10 * n + 9));
    const results = await new Trace(history, () => facts).evaluate(spans.map(distributionOf));
    expect(results).toHaveLength(2000);
    expect(made).toHaveLength(1);
    expect(made[0]!.buffer.byteLength).toBeLessThan(8 * 1024 * 1024);
  });

  it('needs no engine where no distribution is asked for', async () => {
    const Memory = vi.fn();
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(engines.WebAssembly), { Memory }));
    const history = new PowerHistory(2);
    await history.write(block(0, 1001));
    const [result] = await new Trace(history, () => facts).evaluate([
      { spans: [ms(1, 5), ms(2, 9)], distribution: false },
    ]);
    expect(result!.cost.power_w.system).toEqual({ mean: expect.any(Number), min: 1, max: 9 });
    expect(Memory).not.toHaveBeenCalled();
  });

  it.each([
    ['memory', Number.POSITIVE_INFINITY],
    ['a temporary file', 1],
  ])('answers for a recording that grows meanwhile, from %s', async (_, memoryBytes) => {
    const asked = [distributionOf(ms(5000, 60_000)), distributionOf(ms(29_000, 31_000))];
    const history = new PowerHistory(2, memoryBytes);
    const atRest = new PowerHistory(2);
    await history.write(block(0, 30_000));
    await atRest.write(block(0, 30_000));
    const live = new Trace(history, () => facts);
    const first = live.evaluate(asked);
    for (let from = 30_000; from < 50_000; from += 100) {
      await history.write(block(from, 100));
      if (from % 1000 === 0) await new Promise(setImmediate);
    }
    expect(await first).toEqual(await new Trace(atRest, () => facts).evaluate(asked));
    const [, later] = await live.evaluate(asked);
    expect(later!.cost).toMatchObject({ coverage: 1, energy_j: { system: 60_000 } });
    await history.dispose();
  });

  it('loses no nanojoule to what was recorded in a year before', async () => {
    const history = new PowerHistory(2);
    const yearUs = 365 * 86_400e6;
    const spacingUs = 50;
    const count = 1001;
    const first = { ...block(0, 1), powerMw: [Float64Array.of(300_001), Float64Array.of(300_001)] };
    await history.write(first);
    await history.write({
      ...block(0, count),
      timeUs: Float64Array.from({ length: count }, (_, n) => yearUs + n * spacingUs),
      powerMw: [new Float64Array(count).fill(300_001), new Float64Array(count).fill(1)],
    });
    const startNs = yearUs * 1000;
    const span = exactSpan(startNs, startNs + (count - 1) * spacingUs * 1000);
    const [result] = await new Trace(history, () => facts).evaluate([{ spans: [span], distribution: false }]);
    expect(result!.cost.energy_j).toEqual({ system: 300.001 * 0.05, cpu: 0.001 * 0.05 });
  });
});
