import { expect, it } from 'vitest';
import { heldPower } from '#powerlog/comparison/figures/curves-of.js';
import { compared, folder, type JsonFigures, write } from './pair.js';

/* CodeCarbon appends a row when a run ends, and rows while it goes on, to one file: each run counts from its own begin. */

const place = folder();
const beginS = 1_795_788_000;
const a = write(
  place('a.csv'),
  `unix_time_s,gpu_power_w\n${Array.from({ length: 4001 }, (_, n) => `${(beginS + n / 100).toFixed(2)},300`).join('\n')}\n`,
);

/** A run's row at an instant of A, after so many seconds at 300 W. */
const row = (run: string, atS: number, durationS: number): string =>
  [
    ...[new Date((beginS + atS) * 1000).toISOString().slice(0, 19), 'p', run, durationS],
    ...[0, 300, (300 * durationS) / 3.6e6, (310 * durationS) / 3.6e6],
  ].join(',');

const header = 'timestamp,project_name,run_id,duration,emissions,gpu_power,gpu_energy,energy_consumed';

function comparedRuns(...rows: string[]): JsonFigures & { readonly notes: string } {
  const b = write(place('b.csv'), `${header}\n${rows.join('\n')}\n`);
  const json = compared([a, b, '--column-b', 'gpu_energy'], { TZ: 'UTC' });
  return Object.assign(json, { notes: json.warnings.map(({ message }) => message).join('\n') });
}

const [first, second] = [row('a', 15, 10), row('b', 35, 12)];

it('several runs are compared over their own time, without what lies between them', () => {
  const { span_s, energy_difference_pct, energy_b_j, notes } = comparedRuns(first, second);
  expect(span_s).toBeCloseTo(22, 6);
  expect(energy_b_j).toBeCloseTo(6600, 3);
  expect(energy_difference_pct).toBeCloseTo(0, 3);
  expect(notes).not.toMatch(/left out/);
});

it('runs of another time are left out, and move no clock', () => {
  const old = [row('x', 20 - 86_400, 30), row('y', 20 - 3 * 3600, 30)];
  const { span_s, energy_difference_pct, guesses, notes } = comparedRuns(...old, first, second);
  expect(span_s).toBeCloseTo(22, 6);
  expect(energy_difference_pct).toBeCloseTo(0, 3);
  expect(guesses.join()).toMatch(/are taken for UTC, since/);
  expect(notes).toMatch(/left out: 2 of 4 runs, which lay outside of the time of a\.csv/);
});

it('all rows of one run count, from its begin', () => {
  const { span_s, energy_b_j, energy_difference_pct } = comparedRuns(
    ...[5, 10, 15, 20, 25, 30].map((durationS) => row('a', 5 + durationS, durationS)),
  );
  expect(span_s).toBeCloseTo(30, 6);
  expect(energy_b_j).toBeCloseTo(9000, 3);
  expect(energy_difference_pct).toBeCloseTo(0, 3);
});

it('of a run that began before A its part cannot be told, and that is said', () => {
  const some = comparedRuns(row('a', 8, 20), second);
  expect(some.span_s).toBeCloseTo(12, 6);
  expect(some.notes).toMatch(/left out: 1 of 2 runs, which began before a\.csv or ended after it/);
  const none = comparedRuns(row('a', 8, 20));
  expect(none).toMatchObject({ energy_b_j: null, energy_difference_pct: null });
  expect(none.reason).toMatch(/no run of B lies within A/);
});

it('runs that touch as stamps of whole seconds do are both taken, and one beside another is not', () => {
  const touching = comparedRuns(first, row('b', 24, 10));
  expect(touching.energy_b_j).toBeCloseTo(6000, 3);
  const beside = comparedRuns(first, row('b', 16, 10));
  expect(beside.energy_b_j).toBeCloseTo(3000, 3);
  expect(beside.notes).toMatch(/left out: 1 run that went on while another one did/);
});

it('nothing is drawn between two runs', () => {
  const { timeUs, powerMw } = heldPower({
    ...{ timeUs: Float64Array.of(0, 1e6, 3e6, 5e6), value: Float64Array.of(0, 100, 0, 400) },
    ...{ quantity: 'energy', begins: [0, 2] },
  });
  expect([...timeUs]).toEqual([0, 1e6, 3e6, 5e6]);
  expect([...powerMw]).toEqual([100e3, Number.NaN, 200e3, 200e3]);
});
