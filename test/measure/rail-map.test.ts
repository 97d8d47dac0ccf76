import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { type RailMap, resolveWiring, sumComponents } from '#powerlog/measure/rail-map.js';
import { benchlabMap } from '../benchlab-map.js';
import { blockOf, header } from './recording.js';

const benchlab = boardFor('benchlab')!;

const railNames = benchlab.rails.map(({ name }) => name);

/** One row's sums by component; powers by rail in mW. */
function sumsOf(map: RailMap, mw: Readonly<Record<string, number>>): Record<string, number> {
  const wiring = resolveWiring(benchlab, map);
  const channels: (Int32Array | undefined)[] = [];
  for (const rail of benchlab.rails) channels[rail.power] = Int32Array.of(mw[rail.name] ?? 0);
  const out = wiring.sums.map(() => Float64Array.of(Number.NaN));
  sumComponents(wiring, benchlab, channels, 1, out);
  return Object.fromEntries(wiring.sums.map(({ name }, n) => [name, out[n]![0]!]));
}

const powers = Object.fromEntries(railNames.map((name, n) => [name, 10 ** Math.min(n, 9) + n]));
const sum = (...names: string[]) => names.reduce((total, name) => total + powers[name]!, 0);
const withSlot = (feed: 'motherboard' | 'psu'): RailMap => ({
  ...benchlabMap,
  slot: { rail: 'pcie3', feed },
});

describe('the sums', () => {
  it("are the vendor's without a slot adapter", () => {
    expect(sumsOf(benchlabMap, powers)).toEqual({
      system: sum(...railNames),
      cpu: sum('eps1', 'eps2'),
      gpu: sum('pcie1', 'pcie2', 'pcie3', 'hpwr1', 'hpwr2'),
      motherboard: sum('atx_3v3', 'atx_5v', 'atx_5vsb', 'atx_12v'),
    });
  });

  it('move the slot from the motherboard to the GPU and leave the system alone', () => {
    // Without the slot's cable, the adapter's watts were never on pcie3: they are on the ATX rails and on the slot.
    expect(sumsOf(withSlot('motherboard'), powers)).toEqual({
      system: sum(...railNames) - powers.pcie3!,
      cpu: sum('eps1', 'eps2'),
      gpu: sum('pcie1', 'pcie2', 'pcie3', 'hpwr1', 'hpwr2'),
      motherboard: sum('atx_3v3', 'atx_5v', 'atx_5vsb', 'atx_12v') - powers.pcie3!,
    });
  });

  it('take nothing off the motherboard where the power supply feeds the slot', () => {
    expect(sumsOf(withSlot('psu'), powers)).toEqual(sumsOf(benchlabMap, powers));
  });

  it('are exact, and the system is what its components add up to, for any map', () => {
    const anyMap = fc
      .tuple(fc.shuffledSubarray(railNames, { minLength: 1 }), fc.integer({ min: 1, max: 4 }))
      .map(([rails, parts]): RailMap => {
        const components: Record<string, string[]> = {};
        rails.forEach((rail, n) => {
          const name = `part${n % parts}`;
          components[name] = [...(components[name] ?? []), rail];
        });
        return { components, slot: null };
      });
    const anyPowers = fc.record(
      Object.fromEntries(railNames.map((name) => [name, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })])),
    );
    fc.assert(
      fc.property(anyMap, anyPowers, (map, mw) => {
        const sums = sumsOf(map, mw);
        let whole = 0n;
        for (const [component, rails] of Object.entries(map.components)) {
          const expected = rails.reduce((total, rail) => total + BigInt(mw[rail]!), 0n);
          expect(BigInt(sums[component]!)).toBe(expected);
          whole += expected;
        }
        expect(BigInt(sums.system!)).toBe(whole);
      }),
    );
  });
});

describe('a map that cannot be', () => {
  it.each([
    [
      'a rail that the board has not',
      { components: { cpu: ['eps9'] }, slot: null },
      /^components\.cpu: the BENCHLAB has no rail 'eps9'; it has eps1, /,
    ],
    [
      'a rail that every object has',
      { components: { cpu: ['constructor'] }, slot: null },
      /the BENCHLAB has no rail 'constructor'/,
    ],
    [
      'a rail that counts twice',
      { components: { cpu: ['eps1'], gpu: ['eps1'] }, slot: null },
      /eps1.*counts to 'cpu'/,
    ],
    [
      'a slot on another rail than a PCIe one',
      { ...benchlabMap, slot: { rail: 'eps1', feed: 'psu' } },
      /pcie1, pcie2, pcie3/,
    ],
    [
      'a slot without a GPU',
      { components: { cpu: ['eps1'] }, slot: { rail: 'pcie3', feed: 'psu' } },
      /component 'gpu'/,
    ],
    [
      'a slot fed by a motherboard that is not there',
      { components: { gpu: ['pcie3'] }, slot: { rail: 'pcie3', feed: 'motherboard' } },
      /component 'motherboard'/,
    ],
  ] as const)('is refused: %s', (_, map, message) => {
    expect(() => resolveWiring(benchlab, map)).toThrow(message);
  });
});

it('a summary calls the slot by its name, in its place', async () => {
  const slotted = resolveWiring(benchlab, withSlot('motherboard'));
  const collector = new SummaryCollector(benchlab, slotted, 0.03);
  collector.begin(header);
  const block = blockOf([
    { us: 0, mw: { pcie3: 30_000, atx_12v: 50_000 } },
    { us: 1_000_000, mw: { pcie3: 30_000, atx_12v: 50_000 } },
  ]);
  sumComponents(slotted, benchlab, block.channels, block.count, block.powerMw);
  collector.write(block);
  await collector.finish();
  const { rails, energy_j, map } = collector.measured();
  expect(Object.keys(rails)).toEqual(railNames.map((name) => (name === 'pcie3' ? 'slot' : name)));
  expect(rails.slot!.energy_j).toBe(30);
  expect(energy_j).toEqual({ system: 50, cpu: 0, gpu: 30, motherboard: 20 });
  expect(map.slot).toEqual({ rail: 'pcie3', feed: 'motherboard' });
});
