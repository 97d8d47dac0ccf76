import { describe, expect, it } from 'vitest';
import { compareTraces } from '#powerlog/compare/compare.js';
import type { ReadingTrace } from '#powerlog/compare/comparison.js';
import { type AuditInput, auditSensor } from '#powerlog/comparison/audit/audit.js';
import type { AuditSheet } from '#powerlog/comparison/audit/sheet.js';
import { wavesFor } from '#powerlog/comparison/audit/waves.js';
import { type Faults, Rig } from './rig.js';

const rig = new Rig(90_000);

function audited(faults: Faults, counter: AuditInput['counter'] = null): AuditSheet {
  const [reference, power] = [rig.board(), rig.sensor(faults)];
  return auditSensor({ reference, power, counter, comparison: compareTraces(reference, power) });
}

describe('the sheet of a sensor', () => {
  it('tells how often it has something new, and how much of the time it looks at', () => {
    const sheet = audited({ updateMs: 100.3, windowMs: 25 });
    expect(sheet.update.value).toBeCloseTo(0.1003, 4);
    expect(sheet.duty.value).toBeCloseTo(25 / 100.3, 2);
    const [low, high] = sheet.duty.interval!;
    expect(low).toBeLessThan(sheet.duty.value!);
    expect(high).toBeGreaterThan(sheet.duty.value!);
    expect(sheet.pollS).toBeCloseTo(0.0097, 4);
    expect(sheet.repeatedShare).toBeGreaterThan(0.8);
  });

  it('says of one that looks all the time that it does', () => {
    expect(audited({}).duty.value).toBeGreaterThan(0.97);
  });

  it('tells gain and offset over the range', () => {
    const { range, comparison } = audited({ gain: 0.9, offsetW: 4 });
    expect(comparison!.figures.gain.value).toBeCloseTo(0.9, 2);
    expect(range.length).toBeGreaterThanOrEqual(2);
    for (const { referenceW, sensorW } of range) expect(sensorW).toBeCloseTo(0.9 * referenceW + 4, 0);
    expect(range[0]!.referenceW).toBeLessThan(range.at(-1)!.referenceW);
  });

  it('tells how wrong the joules of phases get: the shorter, the more', () => {
    const { phases } = audited({ updateMs: 100.3, latencyMs: 60 });
    expect(phases.map(({ lengthS }) => lengthS)).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]);
    const [short, long] = [phases[0]!, phases.at(-1)!];
    // It says what was before, which is rest.
    expect(short.raw!.medianPct).toBeLessThan(-30);
    expect(short.raw!.p95Pct).toBeGreaterThan(70);
    expect(long.raw!.p95Pct).toBeLessThan(10);
    // What is only lateness can be taken off; what is averaged away within 100 ms cannot.
    expect(phases[6]!.corrected!.p95Pct).toBeLessThan(phases[6]!.raw!.p95Pct);
    expect(short.corrected!.p95Pct).toBeGreaterThan(10);
    expect(short.counter).toBeNull();
  });

  it('finds phases right of a sensor that is', () => {
    const { phases } = audited({ updateMs: 5, latencyMs: 0, pollMs: 2.1 });
    expect(phases.at(-1)!.raw!.p95Pct).toBeLessThan(0.5);
  });

  it('holds a counter against the power and against the board', () => {
    const counter = { trace: rig.counter({ gain: 0.97 }), column: 'gpu0_energy_j' };
    const sheet = audited({ gain: 0.9 }, counter);
    const { counterJ, integralJ, referenceJ, update, spanS } = sheet.counter!;
    expect(update.value).toBeCloseTo(0.103, 3);
    expect(spanS).toBeGreaterThan(80);
    expect(counterJ / referenceJ!).toBeCloseTo(0.97, 3);
    expect(integralJ! / referenceJ!).toBeCloseTo(0.9, 2);
    const last = sheet.phases.at(-1)!;
    expect(last.counter!.medianPct).toBeCloseTo(-3, 0);
  });

  it('is made of a counter alone', () => {
    const [reference, trace] = [rig.board(), rig.counter()];
    const comparison = compareTraces(reference, trace);
    const sheet = auditSensor({
      reference,
      power: null,
      counter: { trace, column: 'package_0_energy_j' },
      comparison,
    });
    expect(sheet.update.value).toBeCloseTo(0.103, 3);
    expect(sheet.counter).toMatchObject({ integralJ: null });
    expect(sheet.phases.at(-1)!.raw).toBeNull();
    expect(sheet.phases.at(-1)!.counter!.p95Pct).toBeLessThan(2);
  });

  it('says without a board what a sensor tells by itself, and nothing else', () => {
    const power = rig.sensor();
    const counter = { trace: rig.counter({ gain: 1.02 }), column: 'gpu0_energy_j' };
    const sheet = auditSensor({ reference: null, power, counter, comparison: null });
    expect(sheet.update.value).toBeCloseTo(0.1003, 4);
    expect(sheet.repeatedShare).toBeGreaterThan(0.8);
    expect(sheet.counter!.counterJ / sheet.counter!.integralJ!).toBeCloseTo(1.02, 2);
    expect(sheet.counter!.referenceJ).toBeNull();
    expect(sheet.duty).toEqual({
      value: null,
      interval: null,
      reason: 'there is no board to hold it against',
    });
    expect(sheet.range).toEqual([]);
    for (const { raw, corrected, counter: counted, reason } of sheet.phases)
      expect({ raw, corrected, counted, reason }).toEqual({
        ...{ raw: null, corrected: null, counted: null },
        reason: 'there is no board to hold it against',
      });
  });

  it('says of a short run for which phases it is too short', () => {
    const brief = new Rig(20_000);
    const [reference, power] = [brief.board(), brief.sensor()];
    const { phases } = auditSensor({
      reference,
      power,
      counter: null,
      comparison: compareTraces(reference, power),
    });
    expect(phases.at(-1)).toMatchObject({
      ...{ lengthS: 10, raw: null },
      reason: 'the run is too short: it has room for 1 of them',
    });
    expect(phases[0]!.raw).not.toBeNull();
  });

  it('counts from the first step that was seen: what was there before had been counted for nobody knows how long', () => {
    const timeUs = Float64Array.from({ length: 101 }, (_, n) => 10_000 * n);
    const trace: ReadingTrace = {
      timeUs,
      value: timeUs.map((us) => 5 * Math.floor(us / 50_000)),
      quantity: 'energy',
    };
    const { counter } = auditSensor({
      ...{ reference: null, power: null, comparison: null },
      counter: { trace, column: 'package_0_energy_j' },
    });
    expect(counter).toMatchObject({ spanS: 0.95, counterJ: 95 });
  });

  it('says where a counter stands still', () => {
    const trace = { ...rig.counter(), value: rig.counter().value.fill(5) };
    const { counter, counterReason } = audited({}, { trace, column: 'gpu0_energy_j' });
    expect(counter).toBeNull();
    expect(counterReason).toBe('gpu0_energy_j has 0 steps in this run');
  });
});

describe('the waves of an audit', () => {
  it('fill the run, with rests around', () => {
    const { waves, restMs } = wavesFor(90_000);
    const sum = waves.reduce((all, { forMs }) => all + forMs, 0) + (waves.length + 1) * restMs;
    expect(sum).toBeCloseTo(90_000, 3);
    expect(waves.length).toBe(11);
  });

  it('are each played twice at least, or left out', () => {
    for (const durationMs of [500, 3000, 20_000])
      for (const { onMs, offMs, forMs } of wavesFor(durationMs).waves)
        expect(forMs).toBeGreaterThanOrEqual(2 * (onMs + offMs));
  });
});
