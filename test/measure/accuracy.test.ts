import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import type { CalibratedRail } from '#powerlog/board/correction.js';
import { Accuracy, columnAccuracyJ, termsOf } from '#powerlog/measure/accuracy/accuracy.js';
import { powerAccuracy, powerUncertaintyW } from '#powerlog/measure/accuracy/applied.js';
import { ownMap, resolveWiring } from '#powerlog/measure/rail-map.js';
import type { RailAccuracy } from '#powerlog/measure/uncertainty.js';
import { defaultWireLimits } from '#powerlog/measure/wires/limits.js';
import { WireTable } from '#powerlog/measure/wires/wire-table.js';
import { gaussian } from '#powerlog/simulator/random.js';

/** Half-widths of what a calibration leaves open; V, A. */
interface Open {
  readonly gain: number;
  readonly offsetA: number;
  readonly correlation: number;
  readonly voltage: number;
}

const volts = 12;
const nominal = 0.03;
const seconds = 100;
const reference = { voltage: 0.004, current: 0.008 };
const opens: readonly Open[] = [
  { gain: 0.002, offsetA: 0.02, correlation: -0.9, voltage: 0.001 },
  { gain: 0.01, offsetA: 0.005, correlation: -0.3, voltage: 0.003 },
];

const lineOf = ({ gain, offsetA, correlation, voltage }: Open): RailAccuracy =>
  powerAccuracy(
    {
      ...{ date: '', reference: null, points: [], reference_accuracy: reference },
      voltage: { gain: 1, gain_uncertainty: voltage, fit: { gain: voltage } },
      current: {
        ...{ gain: 1, offset_a: 0, gain_uncertainty: gain, offset_uncertainty_a: offsetA },
        fit: { gain, offset_a: offsetA, correlation },
      },
    },
    volts * 1000,
    nominal,
  )!;

/** A component of two calibrated rails and a third, and behind it the two: powers in W by turns of the load. */
const accuracy = new Accuracy(new Map(opens.map((open, rail) => [rail, lineOf(open)])), [
  [0, 1, 2].map((rail) => ({ rail, sign: 1 })),
  termsOf(0),
  termsOf(1),
]);
const profiles = [
  { name: 'at much load', powersW: [200, 80, 10] },
  { name: 'at little load', powersW: [2, 0.5, 0] },
  { name: 'with most of it on the rail that was not compared', powersW: [5, 5, 90] },
];

/** How far the energy of the component is off in one world, J: everything in it is drawn once, as it lasts. */
function errorJ(powersW: readonly number[], seed: number): number {
  const draw = (n: number) => gaussian(seed, n) / 1.96;
  // A meter's limits, evenly spread within.
  const meter = reference.voltage * even(seed, 1) + reference.current * even(seed, 2);
  const calibrated = opens.reduce((sum, { gain, offsetA, correlation, voltage }, rail) => {
    const [a, b, c] = [3, 4, 5].map((n) => draw(10 * rail + n));
    const gainError = gain * a!;
    const offsetError = offsetA * (correlation * a! + Math.sqrt(1 - correlation ** 2) * b!);
    const powerW = powersW[rail]!;
    return sum + powerW * (gainError + voltage * c! + meter) + volts * offsetError;
  }, 0);
  return seconds * (calibrated + powersW[2]! * nominal * draw(40));
}

const even = (seed: number, n: number): number => {
  const sum = gaussian(seed ^ 0x5bd1, 50 + n);
  return Math.max(-1, Math.min(1, 2 * normalShare(sum) - 1));
};
/** The share of a normal distribution below so many standard deviations, to some thousandths. */
const normalShare = (x: number): number => 1 / (1 + Math.exp(-1.5976 * x - 0.07056 * x ** 3));

describe('the accuracy of a component, some of whose rails were calibrated', () => {
  it.each(profiles)('holds in 95 of 100 worlds, and is not far more: $name', ({ powersW }) => {
    const energies = [powersW.reduce((sum, each) => sum + each, 0), powersW[0]!, powersW[1]!];
    const statedJ = columnAccuracyJ(accuracy, 0, (column) => energies[column]! * seconds, seconds, nominal);
    const worlds = 4000;
    const shares = Array.from({ length: worlds }, (_, seed) => Math.abs(errorJ(powersW, seed)) / statedJ);
    const within = shares.filter((share) => share <= 1).length / worlds;
    expect(within).toBeGreaterThan(0.945);
    expect(within).toBeLessThan(0.99);
  });

  it('is best amid the loads that were compared, where gain and offset make up for each other', () => {
    const known = lineOf({ gain: 0.01, offsetA: 0.1, correlation: -0.99, voltage: 0 });
    const alone = { ...known, reference_share: 0 };
    const amidW = powerUncertaintyW(alone, volts * 10);
    expect(amidW).toBeCloseTo(volts * 0.1 * Math.sqrt(2 - 2 * 0.99), 9);
    expect(powerUncertaintyW(alone, 0)).toBeCloseTo(volts * 0.1, 9);
  });

  it('of the slot’s rail counts what is taken off where it was not calibrated itself', () => {
    const slotted = new Accuracy(new Map([[0, lineOf(opens[0]!)]]), [
      [
        { rail: 1, sign: 1 },
        { rail: 0, sign: -1 },
      ],
      termsOf(0),
    ]);
    const own = columnAccuracyJ(slotted, 1, () => 1000, 100, nominal);
    const energies = [2000 - 1000, 1000];
    const whole = columnAccuracyJ(slotted, 0, (column) => energies[column]!, 100, nominal);
    expect(whole).toBeCloseTo(Math.hypot(nominal * 2000, own), 9);
  });

  it('is nominal without a column that tells what the calibrated rail took', () => {
    const sums = accuracy.over([[0, 1, 2].map((rail) => ({ rail, sign: 1 as const }))]);
    expect(columnAccuracyJ(sums, 0, () => 100, 1, nominal)).toBe(3);
  });
});

describe('the accuracy of a rail of which something was left open', () => {
  const rail: CalibratedRail = {
    ...{ date: '', reference: null, reference_accuracy: reference },
    voltage: { gain: 1, gain_uncertainty: 0.001, fit: { gain: 0.001 } },
    current: { gain: 1, offset_a: 0, gain_uncertainty: 0.01, offset_uncertainty_a: null, fit: null },
    points: [],
  };
  const at = (change: Partial<CalibratedRail>, share: number | null = nominal) =>
    powerAccuracy({ ...rail, ...change }, volts * 1000, share);
  const oneLoad = (half: number) => ({ current: { ...rail.current!, gain_uncertainty: half } });
  const zeroAlone = (half: number) => ({
    current: { ...rail.current!, gain_uncertainty: null, offset_uncertainty_a: half },
  });

  it('is nominal where what is known is better, and unknown where nobody knows the nominal one', () => {
    for (const change of [{}, { voltage: null }, zeroAlone(0.01), { current: null }])
      expect(at(change)).toBeNull();
    expect(at(oneLoad(0.5), null)).toBeNull();
  });

  it.each([
    ['one load', oneLoad(0.5), 0.5 * 120],
    ['the zero alone', zeroAlone(0.5), 0.5 * volts],
    ['volts alone', { voltage: { gain: 1, gain_uncertainty: 0.2, fit: { gain: 0.2 } }, current: null }, 24],
    [
      'amperes alone',
      {
        voltage: null,
        current: { ...rail.current!, fit: { gain: 0.3, offset_a: 0.3, correlation: -1 } },
      },
      0.3 * 120 - 0.3 * volts,
    ],
  ])('is what the comparison leaves open where that is more: %s', (_, change, leastW) => {
    const found = at(change)!;
    expect(powerUncertaintyW(found, 120)).toBeGreaterThanOrEqual(leastW * 0.999);
    for (const powerW of [0.1, 1, 12, 120])
      expect(powerUncertaintyW(found, powerW)).toBeGreaterThanOrEqual(nominal * powerW);
  });

  it('has the volts of the points where nobody says what the rail should carry', () => {
    const whole = {
      ...rail,
      current: { ...rail.current!, fit: { gain: 0.001, offset_a: 0.02, correlation: 0 } },
    };
    const point = { board_current_a: 1, current_a: 1, outlier: false };
    const points = [
      { ...point, board_voltage_v: 19, voltage_v: 20 },
      { ...point, board_voltage_v: 18, voltage_v: null },
    ];
    expect(powerAccuracy({ ...whole, points }, 0, null)!.offset_w).toBeCloseTo(0.02 * 19, 9);
    expect(powerAccuracy({ ...whole, points }, 12_000, null)!.offset_w).toBeCloseTo(0.02 * 12, 9);
  });
});

describe('a connector whose rail was calibrated, and not its wires', () => {
  it('has the same shares of what it read itself', () => {
    const board = boardFor('benchlab2')!;
    const wiring = resolveWiring(board, ownMap(board));
    const hpwr1 = board.rails.find(({ name }) => name === 'hpwr1')!;
    const readMa = 24_000;
    const rail = { date: '', reference: null, voltage_gain: 1, current_gain: 0.95, current_offset_a: -0.3 };
    const applied = { file: '', sha256: '', rails: { hpwr1: { ...rail, accuracy: null } } };
    const sharesOf = (table: WireTable, connectorMa: number) => {
      const channels: Int32Array[] = board.fields.map(() => new Int32Array(3));
      channels[hpwr1.current]!.fill(connectorMa);
      for (const wire of board.wires) channels[wire.current]!.fill(readMa / 6);
      // The last is in a window of its own.
      table.add(Float64Array.of(0, 1000, 200_000), channels, 3);
      return table
        .keys()
        .wires.flatMap(({ rail: of, share, share_max }) => (of === 'hpwr1' ? [share, share_max] : []));
    };
    const raw = sharesOf(new WireTable(board, wiring, defaultWireLimits), readMa);
    const corrected = sharesOf(new WireTable(board, wiring, defaultWireLimits, applied), readMa * 0.95 - 300);
    expect(raw).toHaveLength(12);
    corrected.forEach((share, n) => {
      expect(share).toBeCloseTo(raw[n]!, 9);
    });
  });
});
