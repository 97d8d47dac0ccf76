import { describe, expect, it } from 'vitest';
import type { SensorColumn } from '#powerlog/sensors/sensor.js';
import { EnergyHistory } from '#powerlog/sensors/track/energy-history.js';

const columns: readonly SensorColumn[] = [
  { name: 'a_power_w', decimals: 3, quantity: 'power', title: 'a', partOf: null },
  { name: 'b_energy_j', decimals: 6, quantity: 'energy', title: 'b', partOf: null, counter: { wrapJ: null } },
];

/** 10 W, and a counter of 20 W, every 100 ms for so many seconds; `skip` leaves readings out. */
function history(seconds: number, skip: (ms: number) => boolean = () => false): EnergyHistory {
  const made = new EnergyHistory(columns);
  for (let ms = 0; ms <= seconds * 1000; ms += 100)
    if (!skip(ms)) made.add(ms * 1000, [Float64Array.of(10), Float64Array.of(ms / 50)], 0);
  return made;
}

const span = (startS: number, endS: number) => ({ startNs: startS * 1e9, endNs: endS * 1e9 });

describe('the joules of spans', () => {
  it('come from the trapezoid of a power and from the difference of a counter, between readings too', () => {
    const { a_power_w: a, b_energy_j: b } = history(10).energyJ([span(1.03, 2.57), span(4, 5)]);
    expect(a).toBeCloseTo(25.4, 6);
    expect(b).toBeCloseTo(50.8, 6);
  });

  it('are not known of a span with few readings, beyond the readings, and across a gap', () => {
    const unknown = { a_power_w: null, b_energy_j: null };
    expect(history(10).energyJ([span(1, 1.3)])).toEqual(unknown);
    expect(history(10).energyJ([span(9, 10.5)])).toEqual(unknown);
    const late = history(10, (ms) => ms > 4000 && ms < 5000);
    expect(late.energyJ([span(3, 4.5)])).toEqual(unknown);
    expect(late.energyJ([span(3, 6)]).a_power_w).toBeNull();
  });

  it('of a counter go on over a gap in the middle, and of a power over a short one', () => {
    const late = history(30, (ms) => ms > 4000 && ms < 5000);
    expect(late.energyJ([span(3, 6)]).b_energy_j).toBeCloseTo(60, 6);
    expect(late.energyJ([span(3, 15)]).a_power_w).toBeCloseTo(120, 6);
  });

  it('of a counter that is read seldom lie as the power beside it says, and add up to what it counted', () => {
    const [power, counter] = columns as [SensorColumn, SensorColumn];
    const made = new EnergyHistory([power, { ...counter, shape: power.name }]);
    // 100 W and 0 W in turn, 300 ms each. The power reads a tenth too much, and the counter, which is right, is read each second.
    const joules = (ms: number) => 30 * Math.floor(ms / 600) + Math.min(ms % 600, 300) / 10;
    for (let ms = 0; ms <= 20_000; ms += 5)
      made.add(
        ms * 1000,
        [
          Float64Array.of(ms % 600 < 300 ? 110 : 0),
          Float64Array.of(ms % 1000 === 0 ? joules(ms) : Number.NaN),
        ],
        0,
      );
    for (const [startMs, endMs] of [
      [2300, 9130],
      [1700, 8150],
      [4000, 11_000],
    ] as const) {
      const { b_energy_j } = made.energyJ([span(startMs / 1000, endMs / 1000)]);
      expect(Math.abs(b_energy_j! - (joules(endMs) - joules(startMs)))).toBeLessThan(0.5);
    }
  });

  it('are not known of a counter that began again, and of the power beside it they are', () => {
    const made = new EnergyHistory(columns);
    for (let ms = 0; ms <= 10_000; ms += 100)
      made.add(ms * 1000, [Float64Array.of(10), Float64Array.of((ms % 4050) / 50)], 0);
    const { a_power_w, b_energy_j } = made.energyJ([span(3, 6)]);
    expect(a_power_w).toBeCloseTo(30, 6);
    expect(b_energy_j).toBeNull();
  });

  it('stay right where so much was read that every other reading goes', () => {
    const made = new EnergyHistory(columns);
    for (let n = 0; n < 1_200_000; n++)
      made.add(n * 1000, [Float64Array.of(10), Float64Array.of(n / 100)], 0);
    const { a_power_w, b_energy_j } = made.energyJ([span(100, 1100)]);
    expect(a_power_w).toBeCloseTo(10_000, 1);
    expect(b_energy_j).toBeCloseTo(10_000, 1);
  });
});
