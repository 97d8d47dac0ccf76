import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { fields } from '../bench/fleet/bench.js';
import { extremesOf } from '../bench/fleet/extremes.js';
import type { Written } from '../bench/fleet/kept.js';
import { judge } from '../bench/fleet/verdict.js';

const stampsMs = [1000.4, 2000.4, 3000.4];
const valuesOf = (field: string) => (field === 'system_power_w' ? [1.5, 2.5, 3.5] : [0, 0, 0]);
const written: Written = {
  ...{ host: 'bench0', stampsMs },
  values: Object.fromEntries(fields.map((field) => [field, valuesOf(field)])),
};
const all = fields.map((field) => ({
  labels: { host: 'bench0', __name__: `powerlog_${field}` },
  stampsMs: [1000, 2000, 3000],
  values: valuesOf(field),
}));
const systemAs = (stamps: readonly number[], values: readonly number[]) =>
  all.map((series) =>
    series.labels.__name__ === 'powerlog_system_power_w' ? { ...series, stampsMs: stamps, values } : series,
  );

it.each([
  ['all of it', all, { missing: 0, twice: 0, wrong: 0 }],
  ['a point less', systemAs([1000, 3000], [1.5, 3.5]), { missing: 1, twice: 0, wrong: 0 }],
  [
    'a point twice',
    systemAs([1000, 1001, 2000, 3000], [1.5, 1.5, 2.5, 3.5]),
    { missing: 0, twice: 1, wrong: 0 },
  ],
  ['another value', systemAs([1000, 2000, 3000], [1.5, 2.6, 3.5]), { missing: 1, twice: 0, wrong: 1 }],
  [
    'a point that nobody wrote',
    systemAs([1000, 2000, 2500, 3000], [1.5, 2.5, 2.5, 3.5]),
    { missing: 0, twice: 0, wrong: 1 },
  ],
  ['a series less', all.slice(1), { missing: 3, twice: 0, wrong: 0 }],
])("the fleet's trial sees %s", (_, read, found) => {
  expect(judge([written], read)).toMatchObject(found);
});

it("the fleet's trial finds extremes in every sample, and on the lines between", () => {
  const timesUs = [0, 600, 1200, 1800, 5000];
  const powersMw = [100, 300, 200, 50, 70];
  const intervals = [
    { startUs: 0, endUs: 1000 },
    { startUs: 1000, endUs: 1700 },
    { startUs: 1800, endUs: 1800 },
  ];
  // At 1000 µs: 300 − 100 · 400/600 = 233.3; at 1700: 200 − 150 · 500/600 = 75.
  expect(extremesOf(timesUs, powersMw, intervals)).toEqual({ lows: [100, 75, 50], highs: [300, 234, 50] });
});

it.each(['start', 'receive', 'query', 'vmagent', 'balancer', 'fleet.env'])('sh can read fleet/%s', (name) => {
  expect(spawnSync('sh', ['-n', `fleet/${name}`], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});
