import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { isBoardTrack, type Summary } from '#powerlog/measure/summary.js';
import { readRested } from '#powerlog/report/rested.js';
import { type SpanSummary, summaryBetween } from '#powerlog/report/span/span-summary.js';
import { placesOfFile, scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { commandEvents, load, writeMade } from './runs.js';

const place = placesOfFile();
const samples = load(3000, 21, [700]);
const phases = [{ name: 'train', fromUs: 1_000_000, toUs: 1_900_000, count: 4 }];
let capture: string;

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const report = (path: string, ...more: readonly string[]) => powerlog(words`report ${path} --json - ${more}`);
const figures = (path: string, ...more: readonly string[]): SpanSummary =>
  JSON.parse(report(path, ...more).out) as SpanSummary;

/** A CSV of the capture and its summary. */
function replayed(name: string, ...options: readonly string[]): { path: string; summary: Summary } {
  const path = place(name);
  expect(powerlog(words`replay ${capture} --out ${path} --quiet ${options}`).code).toBe(0);
  return { path, summary: json(path.replace(/\.csv(\.gz)?$/, '.summary.json')) as Summary };
}

beforeAll(() => {
  capture = writeMade(place('run.plog'), {
    samples,
    events: commandEvents(['train.py'], [200_000, 2_800_000], phases),
  });
});

describe('a report of a CSV', () => {
  it('without its summary has the energies of the rows, and says what they do not tell', () => {
    const { path, summary } = replayed('whole.csv');
    const alone = place('alone.csv');
    copyFileSync(path, alone);
    const zipped = place('zipped.csv.gz');
    writeFileSync(zipped, gzipSync(readFileSync(path)));
    for (const each of [alone, zipped]) {
      const found = figures(each);
      expect(found.energy_j).toEqual(summary.energy_j);
      expect(found.rails).toEqual(summary.rails);
      expect(found.samples).toBe(samples.length);
      expect(found.warnings.map(({ code }) => code)).toContain('rebuilt');
      expect(found).not.toHaveProperty('phases');
    }
  });

  it('of sums alone, or of chosen columns, is of those', async () => {
    const power = replayed('power.csv', '--columns', 'power');
    expect(figures(power.path)).toMatchObject(power.summary as object);
    const rested = await readRested(power.path);
    expect(rested.series.map(({ name }) => name)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
    const chosen = replayed('chosen.csv', '--columns', 'time_s,unix_time_s,system_*,gpu_*,hpwr1_power_w');
    const { series, summary } = await readRested(chosen.path);
    expect(series.map(({ name }) => name)).toEqual(['system', 'gpu', 'hpwr1']);
    expect(summary.energy_j).toEqual(chosen.summary.energy_j);
    const lacking = replayed('lacking.csv', '--columns', 'time_s,gpu_*');
    const { code, err } = report(lacking.path);
    expect(code).toBe(6);
    expect(err).toContain('lacks system_power_w');
  });

  it('of means has the energies of the means, in any span, and no extremes', async () => {
    const { path, summary } = replayed('means.csv', '--average', '50ms');
    expect(figures(path)).toMatchObject(summary as object);
    const rested = await readRested(path);
    const [firstUs, lastUs] = [rested.reach!.firstUs, rested.reach!.lastUs];
    const whole = await summaryBetween(rested, { fromUs: firstUs + 1 });
    let sumJ = 0;
    for (let fromUs = firstUs; fromUs < lastUs; fromUs += 123_456) {
      const part = await summaryBetween(rested, { fromUs, toUs: Math.min(lastUs, fromUs + 123_456) });
      sumJ += part.energy_j.system!;
      expect(part.power_w.system).toMatchObject({ min: null, max: null, p50: null });
      expect(part.energy_uncertainty_j.system).toBeNull();
    }
    expect(sumJ).toBeCloseTo(whole.energy_j.system! + rested.summary.power_w.system!.mean! * 1e-6, 4);
    expect(sumJ).toBeCloseTo(summary.energy_j.system! - gapJ(), 2);
    const { grid, series } = rested.envelopes;
    expect(series[0]!.energyJ[grid.count]).toBeCloseTo(sumJ, 6);
    expect(rested.samples!.timeUs.length % 2).toBe(0);
  });

  it('that was cut off is of its whole rows, and says so', () => {
    const { path } = replayed('torn.csv');
    const rows = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${rows.slice(0, 2001).join('\n')}\n${rows[2001]!.slice(0, 20)}`);
    const found = figures(path);
    expect(found.samples).toBe(2000);
    expect(found.host).toEqual({ hostname: 'here' });
    expect(found.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['repaired', 'cut-short']));
    expect((found.command as { energy_j: object }).energy_j).not.toEqual(
      (figures(capture).command as { energy_j: object }).energy_j,
    );
  });

  it('that is not ours ends with 6 and its line', () => {
    const { path } = replayed('edited.csv');
    const rows = readFileSync(path, 'utf8').split('\n');
    rows[40] = rows[40]!.replace('.', ',');
    writeFileSync(path, rows.join('\n'));
    const edited = report(path);
    expect([edited.code, edited.out]).toEqual([6, '']);
    expect(edited.err).toContain(`${path}, line 41:`);
    const foreign = place('foreign.csv');
    writeFileSync(foreign, 'date,watts\n2024-01-01,5\n');
    const { code, err } = report(foreign);
    expect(code).toBe(6);
    expect(err).toContain('line 1');
    expect(err).not.toContain('repaired');
  });

  it('is summed up by another map as its capture is, and its phases with it', () => {
    const { path } = replayed('mapped.csv');
    const map = place('map.json');
    writeFileSync(map, JSON.stringify({ components: { cards: ['hpwr1'], rest: ['eps1', 'eps2'] } }));
    for (const options of [
      ['--map', map],
      ['--slot', 'pcie3'],
      ['--slot', 'pcie2', '--slot-feed', 'psu'],
    ]) {
      const [ofCsv, ofCapture] = [figures(path, ...options), figures(capture, ...options)];
      expect(ofCsv.map).toEqual(ofCapture.map);
      expect(ofCsv.energy_j).toEqual(ofCapture.energy_j);
      expect(Object.keys(ofCsv.rails)).toEqual(Object.keys(ofCapture.rails));
      const [a, b] = [ofCsv, ofCapture].map(
        ({ phases: found }) =>
          (found as { name: string; energy_j: object; energy_per_count_j: object }[])[0]!,
      );
      expect([a!.energy_j, a!.energy_per_count_j]).toEqual([b!.energy_j, b!.energy_per_count_j]);
    }
    const power = replayed('unmapped.csv', '--columns', 'power');
    const { code, err } = report(power.path, '--map', map);
    expect(code).toBe(6);
    expect(err).toContain('hpwr1');
  });

  it('of one of several boards is of that one', async () => {
    const out = place('both.csv');
    const options = words`--port sim:constant --port sim:square --duration 2s --quiet --out ${out}`;
    expect(powerlog(['record', ...options]).code).toBe(0);
    const { tracks } = json(place('both.summary.json')) as Summary;
    for (const { id, file, energy_j, board } of tracks!.filter(isBoardTrack)) {
      const found = (await readRested(place(file!))).summary;
      expect(found.energy_j).toEqual(energy_j);
      expect(found.board).toEqual(board);
      expect(found).not.toHaveProperty('tracks');
      expect(found.warnings.every(({ track }) => track === undefined || track === id)).toBe(true);
      const link = join(scratch(), 'latest.csv');
      symlinkSync(place(file!), link);
      expect((await readRested(link)).summary).toEqual(found);
    }
  });

  it('by a link has the summary beside the link, or else the one beside what it leads to', () => {
    const { path, summary } = replayed('linked.csv');
    const link = join(scratch(), 'latest.csv');
    symlinkSync(path, link);
    expect(figures(link).host).toEqual(summary.host);
    expect(figures(link).warnings).toEqual(summary.warnings);
    const beside = { ...summary, host: { hostname: 'beside the link' } };
    writeFileSync(link.replace('.csv', '.summary.json'), JSON.stringify(beside));
    expect(figures(link).host).toEqual(beside.host);
  });

  it('of one of several boards has the command, phases and runs as they were at that one', () => {
    const out = place('shared.csv');
    const options = words`--port sim:constant --port sim:square,name=Beta --baseline 0 --runs 2 --quiet`;
    const line = `echo begin train >> $POWERLOG_MARKS; sleep 0.2; echo end train 4 >> $POWERLOG_MARKS`;
    const kept = ['--out', out, '--capture', place('shared.plog')];
    expect(powerlog(['exec', ...options, ...kept, '--', 'sh', '-c', line]).code).toBe(0);
    for (const name of ['shared', 'shared.Beta']) {
      const [ofCsv, ofCapture] = [figures(place(`${name}.csv`)), figures(place(`${name}.plog`))];
      for (const key of ['command', 'phases', 'runs'] as const) {
        const [a, b] = [ofCsv, ofCapture].map((each) => energiesIn(each[key]));
        expect(a!.length).toBeGreaterThan(0);
        expect(a).toEqual(b);
      }
      expect(ofCsv.command).toMatchObject({ baseline_power_w: null, energy_above_idle_j: { system: null } });
      const train = report(place(`${name}.csv`), '--phase', 'train');
      expect([train.code, train.err]).toEqual([0, '']);
      expect(powerlog(words`report ${place(`${name}.csv`)}`).out).toMatch(/ train +2 .*\n/);
    }
    // Cut off in the second run: that one is in no mean, as where a board left.
    const path = place('shared.Beta.csv');
    const rows = readFileSync(path, 'utf8').split('\n');
    const [{ runs }] = figures(path).runs as unknown as [{ runs: { start_s: number; end_s: number }[] }];
    const middle = (runs[1]!.start_s + runs[1]!.end_s) / 2;
    const left = rows.filter((row, n) => n === 0 || (row !== '' && Number(row.split(',')[0]) < middle));
    writeFileSync(path, `${left.join('\n')}\n`);
    const found = figures(path);
    expect(found.runs).toMatchObject([{ counted: 1, runs: [{}, { partly_measured: true }] }]);
    expect(found.phases).toMatchObject([{ energy_per_count_j: { system: null } }]);
    expect(found.warnings).toContainEqual({
      code: 'command-uncovered',
      message: expect.stringMatching(/^run 2: the recording covers /),
    });
    const means = place('means-of-both.csv');
    const averaged = [...words`exec ${options} --average 50ms --out ${means}`, '--', 'sh', '-c', line];
    expect(powerlog(averaged).code).toBe(0);
    const warnings = figures(means).warnings.map(({ message }) => message);
    expect(warnings).toContainEqual(expect.stringMatching(/do not bear it: command, phases, runs/));
  });
});

/** All energies of what `exec` measured, in their order, to the microjoule. */
function energiesIn(part: unknown): number[] {
  const energies: number[] = [];
  JSON.stringify(part, (key, value) => {
    if (key === 'energy_j' || key === 'energy_per_count_j')
      JSON.stringify(value, (_, each) => {
        if (typeof each === 'number') energies.push(Number(each.toFixed(6)));
        return each;
      });
    return value;
  });
  return energies;
}

/** What lies in the gap of the made-up load: means leave it out. */
function gapJ(): number {
  const [a, b] = [samples[700]!, samples[701]!];
  return ((a.gpuMw + a.cpuMw + b.gpuMw + b.cpuMw) / 2) * (b.us - a.us) * 1e-9;
}

it('refuses to write over the summary beside, whose figures it reads', () => {
  const { path } = replayed('kept.csv');
  const summary = path.replace(/csv$/, 'summary.json');
  const before = readFileSync(summary, 'utf8');
  for (const kind of ['html', 'json', 'svg', 'png']) {
    const { code, err } = powerlog(words`report ${path} --${kind} ${summary} --force`);
    expect([code, err]).toEqual([2, expect.stringContaining('is the input itself (the summary ')]);
  }
  expect(readFileSync(summary, 'utf8')).toBe(before);
  expect(powerlog(words`report ${path} --json ${place('other.summary.json')}`).code).toBe(0);
});
