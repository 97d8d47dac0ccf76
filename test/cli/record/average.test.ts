import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { encodeFrame, missingValue } from '#powerlog/board/frame.js';
import { encode, end, preamble, type Sample, scratch } from '../../capture/samples.js';
import { powerlog, powerlogUntil, words } from '../run.js';

const benchlab = boardFor('benchlab')!;

type Row = Record<string, string>;

function table(text: string): Row[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    expect(cells).toHaveLength(names.length);
    return Object.fromEntries(names.map((name, n) => [name, cells[n]!]));
  });
}

/** A frame with one rail's power, a probe that is there on demand, and the rest at rest. */
function frameOf(hpwr1Mw: number, probe: number): Uint8Array {
  const frame = new Uint8Array(benchlab.frameBytes);
  const values = new Map([
    ['vdd_v', 3300],
    ['hpwr1_voltage_v', 12_000],
    ['hpwr1_current_a', Math.round(hpwr1Mw / 12)],
    ['hpwr1_power_w', hpwr1Mw],
    ['eps1_power_w', 7],
    ['temp1_c', probe],
  ]);
  encodeFrame(benchlab, values, frame);
  return frame;
}

const sampleAt = (us: number, mw: number, probe: number = missingValue): Sample => ({
  requestNs: us * 1000,
  replyNs: us * 1000,
  frame: frameOf(mw, probe),
  events: [],
});

/** A capture of these samples; returns its path. */
function captureOf(folder: string, samples: readonly Sample[]): string {
  const path = join(folder, 'run.plog');
  const closing = { ...samples.at(-1)!, events: [end(samples.at(-1)!.replyNs)] };
  writeFileSync(path, Buffer.concat([preamble, ...encode([...samples.slice(0, -1), closing])]));
  return path;
}

/** Powers that wander at about 1 kHz; the same in every run. */
function wandering(count: number): Sample[] {
  let us = 1234;
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    us += 700 + (state % 900);
    return sampleAt(us, (state >>> 8) % 400_000, 200 + (state % 50));
  });
}

const replay = (path: string, ...options: string[]) => {
  const { code, out, err } = powerlog(words`replay ${path} --out - -q ${options}`);
  expect([code, err]).toEqual([0, '']);
  return table(out);
};

const mwOf = (cell: string) => Math.round(Number(cell) * 1000);
const usOf = (cell: string) => Math.round(Number(cell) * 1e6);

/** The energy of rows of means, in mW µs; exact. */
const energyOfMeans = (rows: readonly Row[], column: string): number =>
  rows.reduce((sum, row) => sum + mwOf(row[column]!) * usOf(row.interval_s!), 0);

/** The energy of rows of samples by their trapezoid, in mW µs. */
function energyOfSamples(rows: readonly Row[], column: string): number {
  let twice = 0;
  for (let n = 1; n < rows.length; n++)
    twice +=
      (mwOf(rows[n]![column]!) + mwOf(rows[n - 1]![column]!)) *
      (usOf(rows[n]!.time_s!) - usOf(rows[n - 1]!.time_s!));
  return twice / 2;
}

describe('--average', () => {
  it.each(['1ms', '7ms', '10ms', '100ms', '1s', '1h'])(
    '%s: the energy of the rows is that of the samples, in every column, and does not drift',
    (width) => {
      const capture = captureOf(scratch(), wandering(5000));
      const samples = replay(capture);
      const means = replay(capture, '--average', width);
      const longestUs = Math.max(...means.map((row) => usOf(row.interval_s!)));
      // Half a milliwatt over one interval, for each of two rails that are on.
      for (const column of ['system_power_w', 'gpu_power_w', 'hpwr1_power_w', 'eps1_power_w', 'cpu_power_w'])
        expect(Math.abs(energyOfMeans(means, column) - energyOfSamples(samples, column))).toBeLessThanOrEqual(
          longestUs,
        );
      for (const row of means)
        expect(mwOf(row.system_power_w!)).toBe(mwOf(row.cpu_power_w!) + mwOf(row.gpu_power_w!));
      // From the first sample to the last, without a hole.
      const total = means.reduce((sum, row) => sum + usOf(row.interval_s!), 0);
      expect(total).toBe(usOf(samples.at(-1)!.time_s!) - usOf(samples[0]!.time_s!));
    },
  );

  it('has its intervals on an even grid, each row in the middle of what it is a mean of', () => {
    const capture = captureOf(
      scratch(),
      [4_000, 9_000, 14_000, 19_000, 24_000, 26_000].map((us, n) => sampleAt(us, n * 10_000)),
    );
    const rows = replay(capture, '--average', '10ms', '--columns', 'time_s,unix_time_s,gpu_power_w');
    // By hand: straight lines between the samples, cut at 10 and at 20 ms.
    expect(rows).toEqual([
      // From 4 to 10 ms: 0 to 10 W in 5 ms, then 10 to 12 W in 1 ms.
      { time_s: '0.007000', unix_time_s: '1700000000.130456', interval_s: '0.006000', gpu_power_w: '6.000' },
      // 12 to 32 W.
      { time_s: '0.015000', unix_time_s: '1700000000.138456', interval_s: '0.010000', gpu_power_w: '22.000' },
      // 32 to 40 W in 4 ms, then 40 to 50 W in 2 ms.
      { time_s: '0.023000', unix_time_s: '1700000000.146456', interval_s: '0.006000', gpu_power_w: '39.000' },
    ]);
  });

  it('weighs by time, not by how many samples there are', () => {
    const capture = captureOf(
      scratch(),
      [0, 1000, 2000, 3000, 4000, 5000, 19_000].map((us) => sampleAt(us, us < 5000 ? 100_000 : 0)),
    );
    // 100 W for 4 ms, a slope of 1 ms, nothing for 14 ms.
    expect(replay(capture, '--average', '1s')[0]!.gpu_power_w).toBe('23.684');
  });

  it('joins an interval without a sample to the one before it, and makes none up', () => {
    const capture = captureOf(
      scratch(),
      Array.from({ length: 5 }, (_, n) => sampleAt(n * 1_000_000 + 500, 1000 * n)),
    );
    const rows = replay(capture, '--average', '100ms', '--columns', 'time_s,gpu_power_w');
    expect(rows.map((row) => row.interval_s)).toEqual([
      '0.999500',
      '1.000000',
      '1.000000',
      '1.000000',
      '0.000500',
    ]);
  });

  it('leaves out what lies in a gap: no row there, and shorter ones around it', () => {
    const us = [
      ...Array.from({ length: 50 }, (_, n) => n * 1000),
      ...Array.from({ length: 50 }, (_, n) => 2_345_000 + n * 1000),
      3_000_000,
      ...Array.from({ length: 50 }, (_, n) => 3_400_000 + n * 1000),
    ];
    const capture = captureOf(
      scratch(),
      us.map((each) => sampleAt(each, 60_000)),
    );
    expect(replay(capture, '--average', '1s', '--columns', 'time_s,gpu_power_w')).toEqual([
      { time_s: '0.024500', interval_s: '0.049000', gpu_power_w: '60.000' },
      { time_s: '2.369500', interval_s: '0.049000', gpu_power_w: '60.000' },
      // A sample between two gaps stands for itself alone.
      { time_s: '3.000000', interval_s: '0.000000', gpu_power_w: '60.000' },
      { time_s: '3.424500', interval_s: '0.049000', gpu_power_w: '60.000' },
    ]);
  });

  it('leaves a missing probe empty, and takes it into no mean', () => {
    const capture = captureOf(
      scratch(),
      Array.from({ length: 31 }, (_, n) =>
        sampleAt(n * 1000, 0, n < 10 || n > 25 ? missingValue : 250 + 2 * (n % 2)),
      ),
    );
    const rows = replay(capture, '--average', '10ms', '--columns', 'temp*,vin1_v');
    expect(rows.map((row) => [row.temp1_c, row.temp2_c, row.vin1_v])).toEqual([
      ['', '', ''],
      ['25.1', '', ''],
      ['25.1', '', ''],
    ]);
  });

  it('is the same live and replayed, plain and compressed, however the samples came', () => {
    const folder = scratch();
    const [live, capture, again, zipped] = ['live.csv', 'run.plog', 'again.csv', 'zip.csv.gz'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    const average = ['--average', '10ms', '--columns', 'all'];
    const recorded = powerlogUntil(
      [live],
      words`record --port sim:train -q --out ${live} --capture ${capture} ${average}`,
    );
    expect(recorded).toMatchObject({ code: 0, err: '' });
    for (const out of [again, zipped])
      expect(powerlog(words`replay ${capture} -q --out ${out} ${average}`).code).toBe(0);
    const text = readFileSync(live);
    expect(table(text.toString()).length).toBeGreaterThan(5);
    expect(readFileSync(again).equals(text)).toBe(true);
    expect(gunzipSync(readFileSync(zipped)).equals(text)).toBe(true);
    expect(powerlog(words`replay ${capture} -q --out - ${average}`).out).toBe(text.toString());
  });

  it('leaves the summary as it is', () => {
    const folder = scratch();
    const capture = captureOf(folder, wandering(500));
    const summaryOf = (name: string, ...more: string[]) => {
      expect(powerlog(words`replay ${capture} -q --out ${join(folder, `${name}.csv`)} ${more}`).code).toBe(0);
      return readFileSync(join(folder, `${name}.summary.json`), 'utf8');
    };
    expect(summaryOf('means', '--average', '100ms')).toBe(summaryOf('samples'));
  });

  it.each([
    ['--average 10', /'10' is not a duration/],
    ['--average 0s', /'0s' is too short for an interval; the shortest is 1ms/],
    ['--average 1s', /--average is about the rows of a CSV: give --out/],
  ])('%s by itself is refused', (options, text) => {
    const ran = powerlog(words`replay fixtures/synthetic.plog ${options.split(' ')}`);
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(text) });
  });
});
