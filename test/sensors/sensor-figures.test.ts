import { describe, expect, it } from 'vitest';
import type { SensorColumn } from '#powerlog/sensors/sensor.js';
import { SensorFigures } from '#powerlog/sensors/track/sensor-figures.js';

const columns: readonly SensorColumn[] = ['gpu0_power_w', 'gpu1_power_w'].map((name) => ({
  ...{ name, decimals: 3, quantity: 'power', title: name, partOf: null },
}));

/** Two cards for 100 s, ten readings a second; a card gives nothing where it is away. */
function figures(...isAway: readonly ((second: number) => boolean)[]) {
  const made = new SensorFigures(columns);
  for (let n = 0; n <= 1000; n++) {
    const ns = Float64Array.of(n * 1e8);
    const values = isAway.map((away, card) => Float64Array.of(away(n / 10) ? Number.NaN : 100 * (card + 1)));
    made.add({ count: 1, earliestNs: ns, latestNs: ns, values });
  }
  return made.parts(100e6);
}

const never = () => false;

describe('the energy of a card', () => {
  it('is the trapezoid of its power', () => {
    expect(figures(never, never)).toMatchObject({
      energy_j: { gpu0_power_w: 10_000, gpu1_power_w: 20_000 },
      energy_reasons: {},
    });
  });

  it('is not known where the card was away for long, though another one was read', () => {
    expect(figures(never, (second) => second > 20 && second < 70)).toMatchObject({
      coverage: 1,
      gaps: [],
      energy_j: { gpu0_power_w: 10_000, gpu1_power_w: null },
      energy_reasons: { gpu1_power_w: 'readings are missing for 50 % of the time' },
    });
  });

  it('is known of those that are told in turns', () => {
    const [even, odd] = [0, 1].map((rest) => (second: number) => Math.round(second * 10) % 2 === rest);
    const { energy_j } = figures(odd!, even!);
    expect(energy_j.gpu0_power_w).toBeCloseTo(10_000, 6);
    expect(energy_j.gpu1_power_w).toBeCloseTo(19_960, 6);
  });

  it('is not known where both were away, which is a gap', () => {
    const away = (second: number) => second > 40 && second < 60;
    const { gaps, coverage, energy_j } = figures(away, away);
    expect(gaps).toEqual([{ start_s: 40, end_s: 60, cause: 'away' }]);
    expect(coverage).toBeCloseTo(0.8, 6);
    expect(energy_j).toEqual({ gpu0_power_w: null, gpu1_power_w: null });
  });
});
