import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode, end, preamble, sample, scratch } from '../../capture/samples.js';
import { powerlog, sampledFor, words } from '../run.js';

type Figures = Readonly<Record<string, number | null>>;
interface Summary {
  readonly samples: number | null;
  readonly board: unknown;
  readonly host: unknown;
  readonly map: unknown;
  readonly duration_s: number;
  readonly coverage: number;
  readonly sampling_priority: unknown;
  readonly gaps: readonly unknown[];
  readonly energy_j: Figures;
  readonly energy_uncertainty_j: Figures;
  readonly power_w: Readonly<Record<string, Figures>>;
  readonly rails: Readonly<Record<string, { readonly energy_j: number | null }>>;
  readonly command?: { readonly end_s: number };
  readonly phases?: readonly { readonly name: string }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** A second at 1 kHz, a silence of 0.3 s in its middle. */
const capture = (() => {
  const samples = Array.from({ length: 1000 }, (_, n) => sample(n < 500 ? n : n + 300));
  const last = { ...samples.at(-1)!, events: [end(samples.at(-1)!.replyNs)] };
  return Buffer.concat([preamble, ...encode([...samples.slice(0, -1), last])]);
})();

/** The capture as a CSV in a folder of its own, with its summary. */
function replayed(...options: string[]) {
  const folder = scratch();
  writeFileSync(join(folder, 'source.plog'), capture);
  const path = join(folder, 'run.csv');
  const ran = powerlog(words`replay ${join(folder, 'source.plog')} -q --out ${path} ${options}`);
  expect([ran.code, ran.err]).toEqual([0, '']);
  const summaryPath = join(folder, 'run.summary.json');
  return { path, summaryPath, csv: readFileSync(path, 'utf8'), json: readFileSync(summaryPath, 'utf8') };
}

const read = (path: string): Summary => JSON.parse(readFileSync(path, 'utf8'));
const messageOf = (summary: Summary, code: string) =>
  summary.warnings.find((each) => each.code === code)?.message;
const lastRow = (csv: string) => csv.lastIndexOf('\n', csv.length - 2) + 1;

function table(csv: string): Record<string, number>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, n) => [names[n]!, Number(cell)])));
}
/** The energy of rows of means as docs/csv.md has it. */
const energyOf = (csv: string, column: string) =>
  table(csv).reduce((sum, row) => sum + row[column]! * row.interval_s!, 0);

const selections = [
  'time_s,gpu_*',
  'time_s,unix_time_s,system_power_w,gpu_*,hpwr1_power_w',
  'time_s,system_power_w',
  'unix_time_s,cpu_power_w,fan?_rpm',
  'vin1_v',
  'temp1_c', // no probe: a row is one empty cell
  'power,vin*,*_temp_c',
  'all',
];

describe('powerlog repair of --columns', () => {
  it.each([
    ...selections.map((each) => [each, []] as const),
    ...selections.slice(3).map((each) => [each, ['--average', '10ms']] as const),
  ])('%s %j: is whole as it was written; a torn row is dropped, and no other byte', (columns, average) => {
    const { path, summaryPath, csv, json } = replayed('--columns', columns, ...average);
    expect(powerlog(['repair', path]).err).toMatch(/run\.csv is whole, with [\d,]+ (?:samples|means), /);
    for (const torn of [csv + csv.slice(lastRow(csv), -1), `${csv}${'\0'.repeat(50)}`]) {
      writeFileSync(path, torn);
      expect(powerlog(['repair', path])).toMatchObject({ code: 0 });
      expect(readFileSync(path, 'utf8')).toBe(csv);
      expect(readFileSync(summaryPath, 'utf8')).toBe(json);
    }
    const zipped = `${path}.gz`;
    const last = lastRow(csv);
    const torn = gzipSync(csv.slice(last)).subarray(0, -9);
    writeFileSync(zipped, Buffer.concat([gzipSync(csv.slice(0, last)), torn]));
    expect(powerlog(['repair', zipped]).code).toBe(0);
    expect(gunzipSync(readFileSync(zipped)).toString().startsWith(csv.slice(0, last))).toBe(true);
  });

  it('makes a summary again from what is left, and says what of the one that was there it cannot keep', () => {
    const { path, summaryPath, csv, json } = replayed('--columns', selections[1]!);
    writeFileSync(path, csv.slice(0, csv.length / 2));
    const { code, err } = powerlog(['repair', path]);
    expect(code).toBe(0);
    const [summary, whole] = [read(summaryPath), JSON.parse(json) as Summary];
    for (const key of ['board', 'host', 'map', 'sampling_priority'] as const)
      expect(summary[key]).toEqual(whole[key]);
    expect(Object.keys(summary.energy_j)).toEqual(['system', 'gpu']);
    expect(summary.samples).toBe(table(readFileSync(path, 'utf8')).length);
    expect(Object.keys(summary.rails)).toEqual(['hpwr1']);
    const lost = messageOf(summary, 'not-kept')!;
    expect(lost).toMatch(/figures of cpu, figures of motherboard, rails$/);
    expect(err).toContain(lost);
  });

  it.each([
    ['time_s,gpu_*', /and none can be made again: the columns lack system_power_w\n/],
    ['vin1_v', /and none can be made again: the columns lack time_s and system_power_w\n/],
    ['time_s,system_power_w', /whether it is of this recording cannot be told without unix_time_s\n/],
  ])('%s: leaves the summary that is there, and says that it can make none', (columns, text) => {
    const { path, summaryPath, csv, json } = replayed('--columns', columns);
    writeFileSync(path, csv.slice(0, csv.length / 2));
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([0, expect.stringMatching(text)]);
    expect(readFileSync(path, 'utf8')).toBe(csv.slice(0, csv.lastIndexOf('\n', csv.length / 2 - 1) + 1));
    expect(readFileSync(summaryPath, 'utf8')).toBe(json);
  });

  it('says that it can make none where there was none', () => {
    const { path, summaryPath } = replayed('--columns', 'vin*');
    rmSync(summaryPath);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([0, expect.stringMatching(/no summary can be made: the columns lack/)]);
    expect(existsSync(summaryPath)).toBe(false);
  });

  const swapped = (csv: string) =>
    csv.replace(/^([^,]*),([^,]*),([^,\n]*)/gm, (_, one, two, three) => [one, three, two].join());
  it.each([
    ['in another order', swapped, /line 1: its columns are not a set/],
    ['twice', (csv: string) => csv.replace(/^([^,]*),/gm, '$1,$1,'), /line 1: its columns are not a set/],
    [
      'with one of its own',
      (csv: string) => csv.replace('hpwr1_power_w', 'noise_db'),
      /'noise_db' is no column of a board/,
    ],
    [
      'behind another of them',
      (csv: string) => csv + csv,
      /line 1002: it is a header, as where another CSV was appended/,
    ],
    [
      'saved again',
      (csv: string) => csv.replace(/^(0\.\d*?)0+,/gm, '$1,'),
      /line \d+: time_s is '0\.\d+', which powerlog writes as/,
    ],
  ])('refuses columns %s, and changes not a byte', (_, change, text) => {
    const { path, csv } = replayed('--columns', 'time_s,system_power_w,gpu_power_w,hpwr1_power_w');
    const changed = change(csv).slice(0, -5);
    writeFileSync(path, changed);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([6, expect.stringMatching(text)]);
    expect(readFileSync(path, 'utf8')).toBe(changed);
  });
});

describe('powerlog repair of --average', () => {
  it.each(['10ms', '100ms', '1s'])(
    '%s: figures are made of mean × interval where rows were lost, in no gap',
    (width) => {
      const { path, summaryPath, csv, json } = replayed('--average', width);
      writeFileSync(path, csv.slice(0, -20));
      expect(powerlog(['repair', path]).code).toBe(0);
      const left = readFileSync(path, 'utf8');
      expect(left).toBe(csv.slice(0, lastRow(csv)));
      const [summary, whole] = [read(summaryPath), JSON.parse(json) as Summary];
      for (const component of ['system', 'cpu', 'gpu', 'motherboard'])
        expect(summary.energy_j[component]).toBeCloseTo(energyOf(left, `${component}_power_w`), 9);
      expect(summary.rails.hpwr1!.energy_j).toBeCloseTo(energyOf(left, 'hpwr1_power_w'), 9);
      expect(summary.gaps).toEqual(whole.gaps);
      const coveredS = table(left).reduce((sum, row) => sum + row.interval_s!, 0);
      expect(summary.coverage * summary.duration_s).toBeCloseTo(coveredS, 9);
      expect(summary.power_w.system).toEqual({
        mean: expect.closeTo(summary.energy_j.system! / coveredS, 6),
        ...{ min: null, max: null, p50: null, p95: null, p99: null },
      });
      // Of how many samples they are, the rows do not tell.
      expect(summary).toMatchObject({ samples: null, energy_uncertainty_j: { system: null } });
      for (const key of ['board', 'host', 'map'] as const) expect(summary[key]).toEqual(whole[key]);
      expect(messageOf(summary, 'not-kept')).toMatch(
        /samples, .*percentiles of power_w, energy_uncertainty_j/,
      );
      expect(messageOf(summary, 'rebuilt')).toMatch(
        /means of intervals, whose energies are mean × interval_s/,
      );
    },
  );

  it('refuses intervals that lie one on another: they are of two recordings', () => {
    const { path, csv } = replayed('--average', '100ms', '--columns', 'time_s,system_power_w');
    const lines = csv.split('\n');
    writeFileSync(path, [...lines.slice(0, 3), lines[2], ...lines.slice(3)].join('\n'));
    expect(powerlog(['repair', path])).toMatchObject({
      code: 6,
      err: expect.stringMatching(/line 4: time runs back from 0\.200000 to 0\.100000 s/),
    });
  });
});

describe('powerlog repair of --average by exec', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'powerlog-repair-means-'));
    const csv = join(folder, 'run.csv');
    const out = ['--port', 'sim', '--out', csv, '--average', '10ms'];
    const program = `echo begin one >> $POWERLOG_MARKS; sleep 0.2; echo end one >> $POWERLOG_MARKS; ${sampledFor(csv)}`;
    expect(powerlog(words`exec ${out} --baseline 0.1s -q -- sh -c ${program}`).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the phases that lie before the end, and says that it does not keep what reaches behind it', () => {
    const path = join(folder, 'run.csv');
    const csv = readFileSync(path, 'utf8');
    const whole = read(join(folder, 'run.summary.json'));
    const until = csv.split('\n').findIndex((line) => Number.parseFloat(line) > whole.command!.end_s - 0.1);
    writeFileSync(path, `${csv.split('\n').slice(0, until).join('\n')}\n0.9`);
    expect(powerlog(['repair', path]).code).toBe(0);
    const summary = read(join(folder, 'run.summary.json'));
    expect(summary.command).toBeUndefined();
    expect(summary.phases).toEqual(whole.phases);
    expect(summary.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^not kept .*: command$/),
    );
  });
});
