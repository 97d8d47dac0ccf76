import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foundIn, type Scene } from './board.js';

const ms = 1000;

type Unsampled = Omit<Scene, 'samples'> & { readonly samples?: number };

/** A second at 1 kHz, and where that is too short some fifty changes. */
const samplesFor = ({ updateUs, samplingUs = ms, changes = 1 }: Unsampled): number =>
  Math.max(1000, Math.ceil((60 * updateUs!) / samplingUs / changes));

const found = (scene: Unsampled) => foundIn({ samples: samplesFor(scene), ...scene });

const anySeed = fc.integer({ min: 0, max: 2 ** 31 });
/** From three spacings of the samples to 200 ms, as many short ones as long ones. */
const anyUpdate = (samplingUs: number) =>
  fc.double({ min: Math.log(3 * samplingUs), max: Math.log(200 * ms), noNaN: true }).map(Math.exp);

describe('how often a board has new readings', () => {
  it('is found within a tenth, from three samples an update to 200 ms', () => {
    const anyScene = fc
      .record({ seed: anySeed, samplingUs: fc.constantFrom(50, 400, ms, 5 * ms, 30 * ms) })
      .chain(({ seed, samplingUs }) =>
        fc.record({
          seed: fc.constant(seed),
          samplingUs: fc.constant(samplingUs),
          updateUs: anyUpdate(samplingUs),
          updateJitter: fc.constantFrom(0, 0.02, 0.08),
          samplingJitter: fc.constantFrom(0, 0.1, 0.3),
          changes: fc.constantFrom(1, 0.9, 0.5, 0.3),
          noisy: fc.constantFrom(1, 4, 11),
        }),
      );
    fc.assert(
      fc.property(anyScene, (scene) => {
        const { update_s, no_slower_than_s, reason } = found(scene);
        expect([reason, no_slower_than_s]).toEqual([undefined, null]);
        expect(Math.abs((update_s! * 1e6) / scene.updateUs - 1)).toBeLessThan(0.1);
      }),
      { numRuns: 300 },
    );
  });

  it('is found where samples are late or missing', () => {
    fc.assert(
      fc.property(anySeed, anyUpdate(ms), (seed, updateUs) => {
        const samples = 4 * samplesFor({ seed, updateUs });
        const { update_s } = found({ seed, updateUs, samples, late: 0.05, gaps: 2e-4, changes: 0.8 });
        expect(Math.abs((update_s! * 1e6) / updateUs - 1)).toBeLessThan(0.1);
      }),
      { numRuns: 60 },
    );
  });

  it('is as well known as it says', () => {
    for (const scene of [
      { updateUs: 3.1 * ms },
      { updateUs: 3.1 * ms, late: 0.3 },
      { updateUs: 7 * ms, late: 0.3 },
      { updateUs: 20 * ms, gaps: 0.01 },
      { updateUs: 100 * ms, updateJitter: 0.05, changes: 0.6 },
    ]) {
      const seeds = Array.from({ length: 100 }, (_, seed) => seed);
      const covered = seeds.filter((seed) => {
        const { update_s, update_uncertainty_s } = found({ seed, samples: 4000, ...scene });
        return Math.abs(update_s! - scene.updateUs / 1e6) <= update_uncertainty_s!;
      });
      expect(covered.length).toBeGreaterThanOrEqual(95);
      const { update_s, update_uncertainty_s } = found({ seed: 1, ...scene });
      expect(update_uncertainty_s! / update_s!).toBeLessThan('late' in scene ? 0.3 : 0.05);
    }
  });

  it('is no slower than it says where fewer than three samples lie between updates', () => {
    fc.assert(
      fc.property(
        anySeed,
        fc.double({ min: 0.1, max: 2.2, noNaN: true }),
        fc.constantFrom(1, 0.7, 0.2, 0.02),
        (seed, spacings, changes) => {
          const updateUs = spacings * ms;
          const { update_s, no_slower_than_s } = foundIn({ seed, updateUs, changes, samples: 20_000 });
          expect(update_s).toBeNull();
          expect(no_slower_than_s! * 1e6).toBeGreaterThan(0.98 * updateUs);
          // With a change at each update it is not far from it.
          if (changes === 1) expect(no_slower_than_s! * 1e6).toBeLessThan(1.1 * Math.max(updateUs, ms));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('comes from the rails that change, and not from a load that stands still', () => {
    const { update_s, rails } = found({ seed: 3, updateUs: 20 * ms, noisy: 2 });
    expect(update_s).toBeCloseTo(0.02, 3);
    expect(rails.eps2!.update_s).toBeCloseTo(0.02, 3);
    expect(rails.hpwr1).toEqual({ update_s: null, no_slower_than_s: null, repeated_share: 1 });
  });

  it('is that of most rails that tell', () => {
    const scene = { seed: 6, updateUs: 20 * ms, noisy: 9 };
    expect(found({ ...scene, fast: 4 }).update_s).toBeCloseTo(0.02, 3);
    const { update_s, no_slower_than_s, rails } = found({ ...scene, fast: 5 });
    expect(update_s).toBeNull();
    expect(no_slower_than_s).toBeCloseTo(0.001, 4);
    expect(rails.pcie2!.update_s).toBeCloseTo(0.02, 3);
  });

  it('is that of a rail, also where rails are updated in turn', () => {
    const { update_s, repeated_share, rails } = found({ seed: 5, updateUs: 22 * ms, inTurn: true });
    expect(update_s).toBeCloseTo(0.022, 3);
    // Of two samples in a row hardly any two are alike in all rails, and most in each.
    expect(repeated_share).toBeLessThan(0.7);
    expect(rails.eps1!.repeated_share).toBeCloseTo(1 - 1 / 22, 2);
  });

  it('is the same wherever the blocks end', () => {
    const scene = { seed: 8, updateUs: 7 * ms, samples: 3000, late: 0.05, gaps: 0.001, changes: 0.7 };
    const whole = foundIn(scene, 3000);
    for (const rows of [1, 7, 512]) expect(foundIn(scene, rows)).toEqual(whole);
  });
});

describe('samples that repeat', () => {
  it('are counted, of frames and of each rail', () => {
    const { repeated_share, rails } = found({ seed: 1, updateUs: 10 * ms, changes: 0.5, samples: 20_000 });
    expect(rails.eps1!.repeated_share).toBeCloseTo(0.95, 2);
    // Eleven rails hardly ever stay the same together.
    expect(repeated_share).toBeCloseTo(0.9, 2);
  });
});

describe('nobody can tell', () => {
  it('where nothing ever changed', () => {
    const found = foundIn({ seed: 1, samples: 2000 });
    expect(found).toMatchObject({
      ...{ update_s: null, update_uncertainty_s: null, no_slower_than_s: null, repeated_share: 1 },
      reason: 'no rail ever changed',
    });
  });

  it('from a few changes, or before there are any two samples', () => {
    expect(foundIn({ seed: 1, updateUs: 100 * ms, samples: 1000 })).toMatchObject({
      update_s: null,
      reason: expect.stringContaining('too seldom'),
    });
    for (const samples of [0, 1])
      expect(foundIn({ seed: 1, updateUs: ms, samples })).toMatchObject({
        ...{ update_s: null, no_slower_than_s: null, repeated_share: null },
      });
  });

  it('from changes as seldom as a load may have them, which still are updates', () => {
    const { update_s, no_slower_than_s } = found({ seed: 1, updateUs: 1000 * ms, updateJitter: 0 });
    expect(update_s).toBeNull();
    expect(no_slower_than_s).toBeCloseTo(1, 1);
  });

  it('from changes at random', () => {
    for (let seed = 0; seed < 50; seed++) {
      // At each sample a rail changes or does not: of one that is updated at each, and has little noise.
      for (const changes of [0.1, 0.03, 0.01, 0.002]) {
        const { update_s } = foundIn({ seed, updateUs: 300, changes, noisy: 3, samples: 10_000 });
        expect(update_s).toBeNull();
      }
    }
  });
});
