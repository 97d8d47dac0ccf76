import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calmed } from '#powerlog/compare/reference/calm.js';
import { PowerIntegral } from '#powerlog/compare/reference/integral.js';
import { meanVariance, referenceNoise } from '#powerlog/compare/reference/noise.js';
import { Chance } from '../pairs/chance.js';
import { referenceOf } from './traces.js';

describe('the energy up to any instant', () => {
  it('is exact where the power is made of straight pieces, wherever the window lies', () => {
    // A ramp of 10 W/s from 100 W: its mean over a window is its power in the middle.
    const integral = new PowerIntegral(referenceOf((s) => 100 + 10 * s, 20, 7));
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 9e6, noNaN: true }),
        fc.double({ min: 1, max: 9e6, noNaN: true }),
        (from, length) => {
          expect(integral.meanW(from, from + length)).toBeCloseTo(100 + (10 * (from + length / 2)) / 1e6, 6);
        },
      ),
    );
  });

  it('finds the sample in spacings of any kind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 300 }),
        fc.nat(),
        (spacings, seed) => {
          let us = 0;
          const timeUs = Float64Array.from(spacings, (spacing) => (us += spacing));
          const integral = new PowerIntegral({ timeUs, powerMw: timeUs.map(() => 5), gapLimitUs: 1e9 });
          const asked = timeUs[0]! + (seed % Math.max(1, timeUs.at(-1)! - timeUs[0]!));
          const found = integral.sampleAt(asked);
          expect(timeUs[found]!).toBeLessThanOrEqual(asked);
          if (found < timeUs.length - 2) expect(timeUs[found + 1]!).toBeGreaterThan(asked);
        },
      ),
    );
  });

  it('says nothing of a window outside, or of which a good part was not measured', () => {
    const whole = referenceOf(() => 50, 10);
    const kept = (us: number) => us < 4e6 || us > 5e6;
    const timeUs = whole.timeUs.filter(kept);
    const integral = new PowerIntegral({ timeUs, powerMw: timeUs.map(() => 50_000), gapLimitUs: 20_000 });
    expect(integral.meanW(-1, 1e6)).toBeNaN();
    expect(integral.meanW(9e6, 10.1e6)).toBeNaN();
    expect(integral.meanW(4.2e6, 4.4e6)).toBeNaN();
    expect(integral.meanW(3.5e6, 4.5e6)).toBeNaN();
    expect(integral.meanW(1e6, 2e6)).toBe(50);
  });
});

describe('the noise of a reference', () => {
  it('is found beneath a load that switches', () => {
    const chance = new Chance(3);
    const noise = referenceNoise(
      new PowerIntegral(referenceOf((s) => (s % 2 < 1 ? 60 : 300) + 1.5 * chance.normal(), 60)),
    );
    expect(noise.sampleW).toBeGreaterThan(1.2);
    expect(noise.sampleW).toBeLessThan(1.7);
    expect(noise.spacingUs).toBeCloseTo(1000, 3);
    expect(meanVariance(noise, 100_000)).toBeCloseTo(noise.sampleW ** 2 / 100, 3);
  });
});

describe('a calmed reference', () => {
  // At rest, up a ramp, and down in one step at 30.0005 s.
  const bare = (s: number) => (s < 10 || s > 30.0005 ? 60 : 60 + 12 * (s - 10));
  const noiseW = 1.5;
  const calm = (powerAt: (s: number) => number) => {
    const chance = new Chance(5);
    const measured = new PowerIntegral(referenceOf((s) => powerAt(s) + noiseW * chance.normal(), 60));
    return calmed(measured, referenceNoise(measured));
  };
  /** Root mean square of what differs from the power itself, W. */
  const errorW = (reference: PowerIntegral, powerAt: (s: number) => number, fromS: number, toS: number) => {
    let [sum, count] = [0, 0];
    reference.timeUs.forEach((us, n) => {
      if (us < fromS * 1e6 || us > toS * 1e6) return;
      sum += (reference.powerMw[n]! / 1000 - powerAt(us / 1e6)) ** 2;
      count++;
    });
    return Math.sqrt(sum / count);
  };

  it('has little of the noise left at rest and on a ramp, as much as is said, and the edge where it was', () => {
    const { reference, noise } = calm(bare);
    const leftW = [errorW(reference, bare, 1, 9), errorW(reference, bare, 11, 29)];
    for (const left of leftW) expect(left).toBeLessThan(0.15 * noiseW);
    expect(Math.sqrt(meanVariance(noise, 1000)) / Math.max(...leftW)).toBeGreaterThan(0.5);
    expect(Math.sqrt(meanVariance(noise, 1000)) / Math.min(...leftW)).toBeLessThan(2.5);
    expect(reference.powerMw[30_000]).toBeGreaterThan(280_000);
    expect(reference.powerMw[30_001]).toBeLessThan(80_000);
  });

  it('keeps a ripple that shows', () => {
    const rippling = (s: number) => bare(s) + 3 * Math.sin(2 * Math.PI * 4 * s);
    expect(errorW(calm(rippling).reference, rippling, 1, 9)).toBeLessThan(0.35 * noiseW);
  });

  it('is the same one where there is no noise', () => {
    const measured = new PowerIntegral(referenceOf(bare, 60));
    expect(calmed(measured, { ...referenceNoise(measured), sampleW: 0 }).reference).toBe(measured);
  });
});
