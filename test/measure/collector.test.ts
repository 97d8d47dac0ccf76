import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { buildSummary } from '#powerlog/measure/summary.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { blockOf, blocksOf, fault, header, measure, type Sample, wiring } from './recording.js';

const benchlab = boardFor('benchlab')!;

const facts = { tool: { name: 'powerlog', version: '1.2.3' }, host: { hostname: 'lab', kernel: null } };

/** Four samples whose figures fit on a sheet of paper. */
const paper: Sample[] = [
  { us: 1000, mw: { eps1: 10_000, hpwr1: 100_000, atx_5v: 5_000 }, latencyUs: 600 },
  { us: 2000, mw: { eps1: 20_000, hpwr1: 100_000, atx_5v: 5_000 }, latencyUs: 800 },
  { us: 3000, mw: { eps1: 20_000, hpwr1: 200_000, atx_5v: 5_000 }, latencyUs: 800 },
  { us: 5000, mw: { eps1: 20_000, hpwr1: 200_000, atx_5v: -1_000 }, latencyUs: 1000 },
];

describe('SummaryCollector', () => {
  it('measures what was worked out by hand', async () => {
    const measured = await measure(blocksOf(paper, [2]));
    expect(measured).toMatchObject({
      board: { product: 'BENCHLAB', product_id: 16, uid: '00112233445566778899aabb', port: '/dev/ttyACM0' },
      start_unix_s: 1_763_787_296,
      duration_s: 0.004,
      samples: 4,
      coverage: 1,
      gaps: [],
      interval_s: { median: 0.001, max: 0.002 },
      latency_s: { median: 0.0008, max: 0.001 },
    });
    expect(measured.sample_rate_hz).toBeCloseTo(750, 9);
    // CPU: 15 W · 1 ms + 20 W · 3 ms. GPU: 100 · 1 + 150 · 1 + 200 · 2. Motherboard: 5 · 2 + 2 · 2.
    expect(measured.energy_j.cpu).toBeCloseTo(0.075, 12);
    expect(measured.energy_j.gpu).toBeCloseTo(0.65, 12);
    expect(measured.energy_j.motherboard).toBeCloseTo(0.014, 12);
    expect(measured.energy_j.system).toBeCloseTo(0.739, 12);
    expect(measured.power_w.cpu).toEqual({ mean: 18.75, min: 10, max: 20, p50: 20, p95: 20, p99: 20 });
    expect(measured.power_w.motherboard).toMatchObject({ min: -1, max: 5 });
    expect(measured.rails.eps1!.energy_j).toBeCloseTo(0.075, 12);
    expect(measured.rails.hpwr1!.power_w).toMatchObject({ min: 100, max: 200, p50: 150 });
    expect(Object.keys(measured.rails)).toEqual(benchlab.rails.map(({ name }) => name));
  });

  it('lists what the uncertainty is made of', async () => {
    const { uncertainty, energy_uncertainty_j } = await measure(blocksOf(paper, []), 0.03);
    expect(uncertainty.accuracy_share).toBe(0.03);
    expect(uncertainty.accuracy_j.gpu).toBeCloseTo(0.0195, 12);
    expect(uncertainty.gaps_j.gpu).toBe(0);
    // The median of the round trips is 800 µs: instants within 400 µs. The GPU takes 100 W at one end and 200 W at the
    // other: 100 W · 400 µs. One step of 100 W lies anywhere in 1 ms: 1.96 · 0.1 J / √12.
    const edges = 100 * 400e-6 + (1.96 * 0.1) / Math.sqrt(12);
    expect(uncertainty.edges_j.gpu).toBeCloseTo(edges, 9);
    expect(energy_uncertainty_j.gpu).toBeCloseTo(Math.hypot(0.0195, edges), 9);
  });

  it('says null, not 0, of what it does not know', async () => {
    const nothing = { mean: null, min: null, max: null, p50: null, p95: null, p99: null };
    const none = await measure([blockOf([])]);
    expect(none).toMatchObject({
      duration_s: null,
      samples: 0,
      sample_rate_hz: null,
      coverage: null,
      interval_s: { median: null, p99: null, max: null },
      power_w: { system: nothing },
      energy_j: { system: null },
      energy_uncertainty_j: { system: null },
      rails: { eps1: { power_w: nothing, energy_j: null } },
    });
    const one = await measure(blocksOf(paper.slice(0, 1), []));
    expect(one).toMatchObject({
      duration_s: 0,
      sample_rate_hz: null,
      coverage: null,
      power_w: { cpu: { mean: null, min: 10, max: 10 } },
      energy_j: { cpu: null },
      energy_uncertainty_j: { cpu: null },
    });
  });

  it('has no latency and no wall clock where the instants are made up', async () => {
    const nominal = { ...header, startUnixUs: null, startMonotonicNs: null, timing: 'nominal' as const };
    const measured = await measure(blocksOf(paper, []), 0.03, nominal);
    expect([measured.latency_s, measured.start_unix_s]).toEqual([null, null]);
  });

  it('does not depend on where blocks end', async () => {
    const rails = benchlab.rails.map(({ name }) => name);
    const anySample = fc.record({
      spacing: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 3_000_000 })),
      rail: fc.constantFrom(...rails),
      mw: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      latencyUs: fc.integer({ min: 0, max: 500 }).map((half) => 2 * half),
      faults: fc.array(
        fc.record({
          kind: fc.constantFrom('no-reply' as const, 'overrun' as const, 'implausible-frame' as const),
          length: fc.integer({ min: 0, max: 40_000 }),
        }),
        { maxLength: 2 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anySample, { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (steps, cuts) => {
          let us = 0;
          const samples = steps.map(({ spacing, rail, mw, latencyUs, faults }): Sample => {
            us += spacing;
            const events = faults.map(({ kind, length }) => fault(kind, us, us + length));
            return { us, mw: { [rail]: mw }, latencyUs, events };
          });
          expect(await measure(blocksOf(samples, cuts))).toEqual(await measure(blocksOf(samples, [])));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('makes a summary that its schema reads back', async () => {
    const measured = await measure(blocksOf(paper, []));
    const summary = buildSummary(measured, {
      ...facts,
      warnings: [{ code: 'capture-cut', message: 'cut' }],
    });
    const text = JSON.stringify(summary);
    expect(summarySchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect(Object.keys(summary)).toEqual(
      (
        'schema tool host board map start_unix_s duration_s samples sample_rate_hz coverage gaps interval_s ' +
        'latency_s sampling_priority freshness calibration power_w energy_j energy_uncertainty_j uncertainty rails wires warnings'
      ).split(' '),
    );
    expect(summary.schema).toBe('powerlog.summary/1');
    expect(summary.warnings.map(({ code }) => code)).toEqual(['capture-cut', 'few-samples']);
  });

  it('shows how it stands while it goes on', () => {
    const collector = new SummaryCollector(benchlab, wiring, 0.03);
    collector.begin(header);
    expect(collector.progress()).toMatchObject({ samples: 0, lastUs: null, gaps: 0 });
    for (const block of blocksOf(paper, [2])) collector.write(block);
    const { samples, lastUs, powerMw, energyJ } = collector.progress();
    expect({ samples, lastUs, powerMw }).toEqual({
      samples: 4,
      lastUs: 5000,
      powerMw: [219_000, 20_000, 200_000, -1_000],
    });
    expect(energyJ[0]).toBeCloseTo(0.739, 12);
  });
});

describe('warnings', () => {
  const enough = Array.from({ length: 200 }, (_, n): Sample => ({ us: n * 1000, mw: { eps1: 1000 } }));
  const codes = async (events: readonly RecordingEvent[], samples = enough) => {
    const last = samples.at(-1)!;
    const { warnings } = await measure(blocksOf([...samples.slice(0, -1), { ...last, events }], []));
    return warnings.map(({ code, message }) => `${code}: ${message}`);
  };
  const clock = (atS: number, offS: number): RecordingEvent => ({
    type: 'clock',
    atNs: atS * 1e9,
    unixUs: header.startUnixUs! + (atS + offS) * 1e6,
  });

  it('are none where nothing is doubtful', async () => {
    expect(await codes([clock(10, 0.001), clock(20, -0.002)])).toEqual([]);
  });

  it('count faults by kind, in one order', async () => {
    const found = await codes([
      fault('implausible-frame', 5, 6, 40),
      fault('no-reply', 1, 2),
      fault('no-reply', 3, 4),
      fault('overrun', 7, 8, 12),
    ]);
    expect(found.map((text) => text.replace(/:.*?(\d+).*/, ' $1'))).toEqual([
      'no-reply 2',
      'implausible-frame 40',
      'overrun 12',
    ]);
  });

  it('tell a clock that was set from one that crept', async () => {
    expect(await codes([clock(10, 0.04), clock(20, 0.08), clock(30, 0.12)])).toEqual([
      'clock-slew: the wall clock crept: up to 0.120 s ahead of the monotonic clock; time_s is not affected',
    ]);
    expect(await codes([clock(10, 0), clock(20, -3600), clock(30, -3600)])).toEqual([
      'clock-step: the wall clock was set: up to 3600.000 s behind the monotonic clock; time_s is not affected',
    ]);
  });

  it('name what is missing', async () => {
    const gappy = [...enough, ...enough.map((sample): Sample => ({ ...sample, us: sample.us + 300_000 }))];
    const found = await codes([], gappy);
    // A gap of 101 ms in 499 ms.
    expect(found).toEqual(['low-coverage: 20.2 % of the time lies inside gaps']);
    expect((await codes([], enough.slice(0, 50)))[0]).toMatch(/^few-samples: 50 /);
  });
});
