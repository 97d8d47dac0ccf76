import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { makeProfileFeed } from '#powerlog/simulator/feed.js';
import { profileNames } from '#powerlog/simulator/profile-names.js';
import { energyBetweenJ, makeRailReadings, powerAtMw, railReader } from '#powerlog/simulator/profiles.js';

const benchlab = boardFor('benchlab')!;

const second = 1e9;
/** Instants as CLOCK_MONOTONIC has them: up to a hundred days of uptime. */
const instant = fc.integer({ min: 0, max: 100 * 86_400 * 1e9 });
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** The frame's documented layout, read without the board's table: 11 entries of 12 bytes from byte 48. */
function entriesOf(frame: Uint8Array) {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return Array.from({ length: 11 }, (_, rail) => ({
    mv: view.getInt16(48 + 12 * rail, true),
    ma: view.getInt32(48 + 12 * rail + 4, true),
    mw: view.getInt32(48 + 12 * rail + 8, true),
  }));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const systemW = (frame: Uint8Array) => sum(entriesOf(frame).map(({ mw }) => mw)) / 1000;
const gpuW = (frame: Uint8Array) =>
  sum(
    entriesOf(frame)
      .slice(6)
      .map(({ mw }) => mw),
  ) / 1000;

describe('the paper profiles', () => {
  it('constant is 60 W, 300 W and 40 W', () => {
    const at = (name: string) => powerAtMw('constant', name, 123_456_789_012_345);
    expect([at('cpu'), at('gpu'), at('motherboard'), at('system')]).toEqual([
      60_000, 300_000, 40_000, 400_000,
    ]);
    expect(at('hpwr1')).toBe(288_000);
    expect(energyBetweenJ('constant', 'system', 7 * second, 17.5 * second)).toBe(4200);
  });

  it('square is low in even seconds of the clock and high in odd ones', () => {
    const at = (name: string, tNs: number) => powerAtMw('square', name, tNs);
    for (const [tNs, expected] of [
      [0, 120_000],
      [second - 1, 120_000],
      [second, 500_000],
      [2 * second - 1, 500_000],
      [2 * second, 120_000],
      [86_401.5 * second, 500_000],
    ] as const)
      expect(at('system', tNs)).toBe(expected);
    expect(['cpu', 'gpu', 'motherboard'].map((name) => at(name, 0))).toEqual([30_000, 60_000, 30_000]);
    expect(['cpu', 'gpu', 'motherboard'].map((name) => at(name, second))).toEqual([90_000, 360_000, 50_000]);
  });

  it.each([
    // by hand: whole periods are 620 J
    [0, 10, 3100],
    [0.5, 1, 60],
    [0.5, 1.5, 310],
    [1.25, 1.75, 250],
    [1.9, 2.1, 62],
    [1000.5, 1003.25, 60 + 500 + 120 + 125],
  ])('square from %d s to %d s is %d J', (fromS, toS, joules) => {
    expect(energyBetweenJ('square', 'system', fromS * second, toS * second)).toBeCloseTo(joules, 9);
  });

  it('has closed-form energies that agree with numeric integration of its power', () => {
    const names = fc.constantFrom('system', 'cpu', 'gpu', 'motherboard', 'hpwr1', 'atx_5v');
    fc.assert(
      fc.property(names, instant, fc.integer({ min: 1e6, max: 5e9 }), (name, startNs, spanNs) => {
        const steps = 1000;
        let joules = 0;
        for (let i = 0; i < steps; i++)
          joules +=
            (powerAtMw('square', name, startNs + ((i + 0.5) * spanNs) / steps) * spanNs) / steps / 1e12;
        // A step that a switch falls into is off by at most half of it; five seconds hold at most six switches.
        const allowed = (6 * 0.5 * 400 * spanNs) / steps / 1e9 + 1e-6;
        expect(Math.abs(energyBetweenJ('square', name, startNs, startNs + spanNs) - joules)).toBeLessThan(
          allowed,
        );
      }),
    );
  });

  it('refuses a name that is no rail and no component', () => {
    expect(() => powerAtMw('square', 'gpu2', 0)).toThrow(/gpu2/);
  });

  it('shows in the frames, to the milliwatt', () => {
    fc.assert(
      fc.property(fc.constantFrom('constant', 'square'), seeds, instant, (profile, seed, tNs) => {
        const frame = makeProfileFeed(benchlab, { profile, seed }).next(tNs)!;
        expect(entriesOf(frame).map(({ mw }) => mw)).toEqual(
          benchlab.rails.map((rail) => powerAtMw(profile, rail.name, tNs)),
        );
      }),
    );
  });
});

describe('every profile', () => {
  const check = makeFrameCheck(benchlab);

  it('gives frames that agree with themselves, at any instant and with any seed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...profileNames), seeds, instant, (profile, seed, tNs) => {
        const frame = makeProfileFeed(benchlab, { profile, seed }).next(tNs)!;
        expect(frame.length).toBe(216);
        expect(check(new DataView(frame.buffer), 0)).toBe(true);
        for (const { mv, ma, mw } of entriesOf(frame)) expect(mw).toBe(Math.round((mv * ma) / 1000));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the frame of an instant, whatever was asked before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...profileNames), seeds, instant, instant, (profile, seed, other, tNs) => {
        const used = makeProfileFeed(benchlab, { profile, seed });
        used.next(other);
        expect(used.next(tNs)).toEqual(makeProfileFeed(benchlab, { profile, seed }).next(tNs));
      }),
    );
  });

  it('draws different noise for different seeds, and none for the paper profiles', () => {
    const frames = (seed: number) =>
      profileNames.map((profile) =>
        Buffer.from(makeProfileFeed(benchlab, { profile, seed }).next(5e12)!).toString('hex'),
      );
    const [a, b] = [frames(1), frames(2)];
    expect(profileNames.filter((_, index) => a[index] !== b[index])).toEqual(['idle', 'train', 'inference']);
  });

  it('writes readings in place', () => {
    const out = makeRailReadings();
    railReader('constant', 1)(0, out);
    expect([...out.voltageMv].slice(0, 4)).toEqual([12_000, 12_000, 3300, 5000]);
    expect([...out.currentMa].slice(0, 4)).toEqual([4000, 1000, 2000, 1680]);
  });
});

describe('the made-up machine', () => {
  /** One frame every 10 ms of a minute. */
  const minute = (profile: 'idle' | 'train' | 'inference', seed = 3) => {
    const feed = makeProfileFeed(benchlab, { profile, seed });
    return Array.from({ length: 6000 }, (_, i) => feed.next(1e13 + i * 1e7)!.slice());
  };

  it('trains in steps: mostly above 300 W on the GPU, with dips for data and checkpoints', () => {
    const watts = minute('train').map(gpuW);
    expect(watts.filter((w) => w > 300).length / watts.length).toBeGreaterThan(0.6);
    expect(Math.max(...watts)).toBeLessThan(450);
    expect(watts.filter((w) => w < 180).length).toBeGreaterThan(200);
  });

  it('infers in bursts', () => {
    const watts = minute('inference').map(gpuW);
    expect(watts.filter((w) => w < 80).length).toBeGreaterThan(1000);
    expect(watts.filter((w) => w > 150).length).toBeGreaterThan(1000);
  });

  it('idles below 120 W, with unused rails that read a little below zero', () => {
    const frames = minute('idle');
    expect(Math.max(...frames.map(systemW))).toBeLessThan(150);
    expect(sum(frames.map(systemW)) / frames.length).toBeLessThan(110);
    const hpwr2 = frames.map((frame) => entriesOf(frame)[10]!.ma);
    expect(hpwr2.filter((ma) => ma < 0).length).toBeGreaterThan(5000);
  });

  it('has probes that are not connected, as the board says it', () => {
    const frame = makeProfileFeed(benchlab, { profile: 'train', seed: 1 }).next(0)!;
    const view = new DataView(frame.buffer);
    const vin = Array.from({ length: 13 }, (_, n) => view.getInt16(2 * n, true));
    expect(vin.slice(4)).toEqual(Array(9).fill(0x7fff));
    expect(vin[0]).toBeGreaterThan(11_900);
    expect(frame[47]).toBe(255);
  });
});

it('has the paper values that docs/simulator.md tables', () => {
  const rows = [
    ...readFileSync('docs/simulator.md', 'utf8').matchAll(/^\| \**([a-z0-9_, ]+?)\** +\| (.*) \|$/gm),
  ];
  const values = rows
    .filter(([, name]) => name !== 'fault')
    .map(([, names, cells]) => ({
      names: names!.split(', '),
      watts: cells!.split('|').map((cell) => Number(cell.replaceAll('*', ''))),
    }));
  const rails = values.flatMap(({ names }) => names);
  expect(rails.toSorted()).toEqual(
    ['system', 'cpu', 'gpu', 'motherboard', ...benchlab.rails.map(({ name }) => name)].toSorted(),
  );
  for (const { names, watts } of values)
    for (const name of names)
      expect([
        powerAtMw('constant', name, 0),
        powerAtMw('square', name, 0),
        powerAtMw('square', name, second),
      ]).toEqual(watts.map((w) => w * 1000));
});
