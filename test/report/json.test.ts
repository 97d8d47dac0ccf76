import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '#powerlog/measure/summary.js';
import { type Rested, readRested } from '#powerlog/report/rested.js';
import { type SpanSummary, summaryBetween } from '#powerlog/report/span/span-summary.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { commandEvents, energyOnPaperJ, load, powerOf, random, writeMade } from './runs.js';

const place = placesOfFile();
const samples = load(6000, 11, [1500, 1501, 4000]);
const lastUs = samples.at(-1)!.us;
const train = [
  { name: 'train', fromUs: 1_000_000, toUs: 1_400_000, count: 10 },
  { name: 'train', fromUs: 2_500_000, toUs: 3_100_000, count: 10 },
  { name: 'load', fromUs: 800_000, toUs: 950_000 },
];
let capture: string;
let csv: string;
let rested: Rested;

const jsonOf = (path: string, ...more: readonly string[]): SpanSummary =>
  JSON.parse(powerlog(words`report ${path} --json - ${more}`).out) as SpanSummary;

beforeAll(async () => {
  capture = writeMade(place('run.plog'), {
    samples,
    events: commandEvents(['train.py'], [700_000, 5_000_000], train, [{ name: 'saved', us: 1_200_000 }]),
  });
  csv = place('run.csv');
  expect(powerlog(words`replay ${capture} --out ${csv} --quiet`).code).toBe(0);
  rested = await readRested(capture);
});

describe('report --json', () => {
  it('of a whole recording is its summary, to the digit, of a capture and of its CSV', () => {
    const summary = JSON.parse(readFileSync(place('run.summary.json'), 'utf8')) as Summary;
    expect(summary.gaps).toHaveLength(3);
    const ends = { from_s: samples[0]!.us / 1e6, to_s: lastUs / 1e6 };
    expect(jsonOf(capture)).toEqual({ ...summary, ...ends });
    expect(jsonOf(csv)).toEqual({ ...summary, ...ends });
    expect(jsonOf(capture, '--from', '0s', '--to', '1h')).toEqual({ ...summary, ...ends });
  });

  it('of any span has the energies, extremes, means and gaps that it has on paper', async () => {
    const next = random(5);
    for (let turn = 0; turn < 40; turn++) {
      const [a, b] = [next(), next()].map((share) => Math.round(share * lastUs)).sort((x, y) => x - y) as [
        number,
        number,
      ];
      const fromUs = Math.max(a, samples[0]!.us);
      const found = await summaryBetween(rested, { fromUs: a, toUs: b });
      expect([found.from_s, found.to_s]).toEqual([fromUs / 1e6, b / 1e6]);
      const inside = samples.filter(({ us }) => us >= fromUs && us <= b);
      expect(found.samples).toBe(inside.length);
      for (const [name, power] of Object.entries(powerOf)) {
        const joules = energyOnPaperJ(samples, power, fromUs, b);
        expect(found.energy_j[name]).toBeCloseTo(joules, 7);
        expect(found.power_w[name]!.mean).toBeCloseTo(joules / ((b - fromUs) / 1e6), 7);
        const sorted = inside.map(power).sort((x, y) => x - y);
        const middle = (sorted.length - 1) / 2;
        const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
        expect(found.power_w[name]!.p50).toBeCloseTo(median / 1000, 9);
        expect(found.power_w[name]!.max).toBeGreaterThanOrEqual(sorted.at(-1)! / 1000);
        expect(found.power_w[name]!.min).toBeLessThanOrEqual(sorted[0]! / 1000);
      }
      expect(found.rails.hpwr1!.energy_j).toBe(found.energy_j.gpu);
      expect(found.rails.hpwr1!.power_w).toEqual(found.power_w.gpu);
      const gaps = rested.summary.gaps
        .map(({ start_s, end_s }) => [Math.max(start_s, fromUs / 1e6), Math.min(end_s, b / 1e6)] as const)
        .filter(([start, end]) => start < end);
      expect(found.gaps.map(({ start_s, end_s }) => [start_s, end_s])).toEqual(gaps);
      const silent = gaps.reduce((sum, [start, end]) => sum + end - start, 0);
      expect(found.coverage).toBeCloseTo(1 - silent / found.duration_s!, 7);
      expect(found.energy_uncertainty_j.system).toBeGreaterThanOrEqual(0.03 * found.energy_j.system!);
    }
  });

  it('says of spans side by side what adds up to that of both', async () => {
    const [a, b, c] = [1_234_567, 1_700_001, 4_000_000];
    const [first, second, both] = await Promise.all([
      summaryBetween(rested, { fromUs: a, toUs: b }),
      summaryBetween(rested, { fromUs: b, toUs: c }),
      summaryBetween(rested, { fromUs: a, toUs: c }),
    ]);
    for (const name of Object.keys(both.energy_j))
      expect(first.energy_j[name]! + second.energy_j[name]!).toBeCloseTo(both.energy_j[name]!, 7);
    expect(first.uncertainty.gaps_j.system).toBeGreaterThan(0);
  });

  it('is of a CSV what it is of its capture, but for the round trips', () => {
    const span = words`--from 1.2345s --to 4.5s`;
    const { latency_s, energy_uncertainty_j, uncertainty, ...ofCapture } = jsonOf(capture, ...span);
    const ofCsv = jsonOf(csv, ...span);
    expect(ofCsv).toMatchObject({ ...ofCapture, phases: expect.any(Array) as unknown });
    expect(ofCsv.uncertainty.accuracy_j).toEqual(uncertainty.accuracy_j);
    expect(ofCsv.uncertainty.gaps_j).toEqual(uncertainty.gaps_j);
  });

  it('keeps phases that lie in the span, cuts those that lie there in part, and leaves out the others', () => {
    const all = jsonOf(capture).phases as { name: string }[];
    const within = jsonOf(capture, '--from', '0.8s', '--to', '2s') as SpanSummary & {
      phases: Record<string, unknown>[];
    };
    expect(within.phases.map(({ name }) => name)).toEqual(['load', 'train', 'saved']);
    expect(within.phases[0]).toEqual(all.find(({ name }) => name === 'load'));
    const cut = within.phases[1]!;
    expect(cut).toMatchObject({
      ...{ clipped: true, times: 1, spans: [{ start_s: 1, end_s: 1.4 }], duration_s: 0.4 },
    });
    expect(cut).not.toHaveProperty('count');
    expect(cut).not.toHaveProperty('energy_per_count_j');
    expect((cut.energy_j as Record<string, number>).gpu).toBeCloseTo(
      energyOnPaperJ(samples, powerOf.gpu, 1e6, 1.4e6),
      7,
    );
    expect(within).not.toHaveProperty('command');
    expect(jsonOf(capture, '--from', '700ms', '--to', '5s')).toHaveProperty('command');
    expect(jsonOf(capture, '--from', '3.5s', '--to', '4s').phases).toEqual([]);
  });

  it('takes a phase for the span, from its first begin to its last end', () => {
    const found = jsonOf(capture, '--phase', 'train');
    expect([found.from_s, found.to_s]).toEqual([1, 3.1]);
    const { code, err } = powerlog(words`report ${capture} --json - --phase nothing`);
    expect(code).toBe(2);
    expect(err).toContain('it has load, train, saved');
  });

  it('of several runs is a list of them', () => {
    const other = writeMade(place('other.plog'), {
      samples: load(900, 3, [], 40_000),
      startUnixUs: 1_700_000_600_000_000,
    });
    const { runs } = JSON.parse(powerlog(words`report ${capture} ${other} --json - --offset=-1.5s`).out) as {
      runs: (SpanSummary & { file: string; offset_s: number })[];
    };
    expect(runs.map(({ file }) => file)).toEqual([capture, other]);
    expect(runs[1]!.offset_s).toBeCloseTo(0.0007 - 0.04 - 1.5, 9);
    expect(runs[0]).toMatchObject(jsonOf(capture) as object);
  });

  it('of several runs has of each the stretch that the figure shows, on the clock of the first', () => {
    const other = writeMade(place('moved.plog'), {
      samples: load(6000, 3, [], 40_000),
      startUnixUs: 1_700_000_600_000_000,
    });
    const [json, svg] = [place('moved.json'), place('moved.svg')];
    const both = words`report ${capture} ${other} --offset 1s`;
    const asked = [...both, ...words`--from 2s --to 5s`];
    expect(powerlog([...asked, ...words`--json ${json} --svg ${svg}`]).code).toBe(0);
    const { runs } = JSON.parse(readFileSync(json, 'utf8')) as {
      runs: (SpanSummary & { offset_s: number })[];
    };
    expect([runs[0]!.from_s, runs[0]!.to_s]).toEqual([2, 5]);
    const { offset_s, from_s, to_s, energy_j } = runs[1]!;
    expect(from_s! + offset_s).toBeCloseTo(2, 9);
    expect(to_s! + offset_s).toBeCloseTo(5, 9);
    expect(readFileSync(svg, 'utf8')).toContain(`from ${from_s!.toFixed(3)} s to ${to_s!.toFixed(3)} s`);
    expect(powerlog(asked).out).toContain(`${(energy_j.system! / (to_s! - from_s!)).toFixed(1)}`);
    // `load` is a phase of the first alone.
    const phase = JSON.parse(powerlog([...both, ...words`--json - --phase load --offset 0s`]).out) as {
      runs: SpanSummary[];
    };
    expect(phase.runs.map(({ duration_s }) => duration_s)).toEqual([0.15, 0.15]);
    copyFileSync(capture, place('again.plog'));
    const own = powerlog(words`report ${capture} ${place('again.plog')} --offset 50ms --phase load --json -`);
    const [first, again] = (JSON.parse(own.out) as { runs: SpanSummary[] }).runs;
    expect([again!.from_s, again!.to_s]).toEqual([first!.from_s, first!.to_s]);
    const none = powerlog([...both, ...words`--json - --from 0.1s --to 0.9s`]);
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/moved\.plog was recorded from 0\.9607 s to .*: nothing of that lies between/);
  });

  it('is written to a file, which is neither overwritten unasked nor left where nothing came of it', () => {
    const json = place('out.json');
    expect(powerlog(words`report ${capture} --json ${json}`).code).toBe(0);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(jsonOf(capture));
    const again = powerlog(words`report ${capture} --json ${json}`);
    expect([again.code, again.err]).toEqual([5, expect.stringContaining('--force')]);
    const none = place('none.json');
    expect(powerlog(words`report ${place('nothing.plog')} --json ${none}`).code).toBe(6);
    expect(() => readFileSync(none)).toThrow();
    expect(powerlog(words`report ${capture} --json ${capture} --force`).code).toBe(2);
  });

  it('of a capture that is damaged is of what stands before that, with code 6', () => {
    const bytes = readFileSync(capture);
    const broken = place('broken.plog');
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(broken, bytes);
    const { code, out, err } = powerlog(words`report ${broken} --json -`);
    expect([code, err]).toEqual([6, expect.stringContaining('broken block')]);
    const { samples: left, warnings } = JSON.parse(out) as SpanSummary;
    expect(left).toBeLessThan(samples.length);
    expect(warnings.map((each) => each.code)).toContain('capture-damaged');
  });

  it('refuses spans that are none', () => {
    for (const [options, text] of [
      [words`--from 2s --to 1s`, 'nothing between'],
      [words`--from 100s`, 'was recorded from'],
      [words`--from 5`, 'a number and a unit'],
      [words`--phase train --from 1s`, 'leave out'],
    ] as const) {
      const { code, err, out } = powerlog(words`report ${capture} --json - ${options}`);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(text);
    }
    expect(powerlog(words`report ${capture} --html ${place('no.html')} --from 1s`).code).toBe(2);
    expect(powerlog(words`report - --json - --from 1s`, readFileSync(capture)).code).toBe(2);
    expect(powerlog(words`report - --json -`, readFileSync(capture)).code).toBe(0);
  });
});
