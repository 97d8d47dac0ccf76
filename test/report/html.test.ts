import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Rested, readRested } from '#powerlog/report/rested.js';
import { summaryBetween } from '#powerlog/report/span/span-summary.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { PageData } from './page-data.js';
import { commandEvents, energyOnPaperJ, load, type Made, powerOf, random, writeMade } from './runs.js';

const place = placesOfFile();
const samples = load(30_000, 77, [9000, 20_000], 5000);
/** Spikes of one sample, each another one, in the GPU's power. */
const spiked = new Map(Array.from({ length: 200 }, (_, n) => [50 + n * 149, 800_000 + n * 500]));
const made: Made[] = samples.map((each, n) => ({ ...each, gpuMw: spiked.get(n) ?? each.gpuMw }));
const phases = [
  { name: 'train', fromUs: 2_000_000, toUs: 4_000_000 },
  { name: 'train', fromUs: 6_000_000, toUs: 6_500_000 },
  { name: '<script>alert(1)</script>\u001b[31m', fromUs: 1_000_000, toUs: 1_500_000 },
];
let capture: string;
let rested: Rested;
/** Of a page without data. */
let emptyBytes: number;
const megabytes = (room: number): string => ((emptyBytes + room) / 1e6).toFixed(6);

const page = (name: string, ...options: readonly string[]): PageData => {
  const path = place(name);
  const { code, err } = powerlog(words`report ${capture} --html ${path} ${options}`);
  expect([code, err]).toEqual([0, expect.stringContaining(path)]);
  return new PageData(readFileSync(path, 'utf8'));
};

beforeAll(async () => {
  capture = writeMade(place('run.plog'), {
    samples: made,
    name: '<script>alert(2)</script>',
    events: [
      ...commandEvents(['train.py', '</script>'], [500_000, 25_000_000], phases, [
        { name: 'saved', us: 3_000_000 },
      ]),
      { us: 26_000_000, event: { type: 'board-fault', atNs: 26e9, bit: 3, name: 'fan stopped' } },
    ],
  });
  rested = await readRested(capture);
  const empty = place('empty.html');
  powerlog(words`report ${writeMade(place('empty.plog'), { samples: [] })} --html ${empty} --quiet`);
  emptyBytes = statSync(empty).size;
});

describe('report --html', () => {
  it('has every sample where they fit, and the energy of any selection to a nanojoule', async () => {
    const data = page('samples.html');
    const [run] = data.document.runs;
    expect(run!.resolution).toEqual({ kind: 'samples', count: made.length });
    const gpu = run!.series.findIndex(({ name }) => name === 'gpu');
    const { timeUs, powerMw } = data.samples(run!, gpu);
    expect([...timeUs]).toEqual(made.map(({ us }) => us));
    expect([...powerMw]).toEqual(made.map(({ gpuMw }) => gpuMw));
    const next = random(3);
    for (let turn = 0; turn < 20; turn++) {
      const [a, b] = span(next);
      const { energy_j } = await summaryBetween(rested, { fromUs: a, toUs: b });
      expect(data.energyJ(run!, gpu, a, b)).toBeCloseTo(energy_j.gpu!, 7);
    }
  });

  it('begins with the rolling mean that is asked for', () => {
    expect(page('usual.html').document).not.toHaveProperty('rolling');
    const rolling = (length: string) => page(`${length}.html`, '--rolling', length).document.rolling;
    expect(rolling('50')).toEqual({ amount: 50, unit: 'samples' });
    expect(rolling('250ms')).toEqual({ amount: 0.25, unit: 's' });
  });

  it('has the finest intervals that fit otherwise, with the energy of any selection to the resolution that it states', async () => {
    for (const [room, finestUs] of [
      [150_000, 8000],
      [90_000, 32_000],
    ] as const) {
      const path = place(`${room}.html`);
      const data = page(`${room}.html`, '--html-size', megabytes(room));
      expect(statSync(path).size).toBeLessThanOrEqual(emptyBytes + room);
      const [run] = data.document.runs;
      const { resolution } = run!;
      if (resolution.kind !== 'intervals') throw new Error('all samples fitted');
      expect(resolution.intervalUs).toBeLessThanOrEqual(finestUs);
      const next = random(9);
      const all = run!.series.map((_, n) => data.envelope(run!, n)!);
      const whole = [...made];
      for (let turn = 0; turn < 100; turn++) {
        const [a, b] = span(next);
        // A few of them are held against the program's own answer, all against the one on paper.
        const told = turn < 10 ? (await summaryBetween(rested, { fromUs: a, toUs: b })).energy_j : null;
        for (const [name, power] of Object.entries(powerOf)) {
          const series = run!.series.findIndex((each) => each.name === name);
          const { grid, envelope } = all[series]!;
          const joules = energyOnPaperJ(whole, power, a, b);
          if (told) expect(told[name]).toBeCloseTo(joules, 7);
          const slack = [a, b].reduce((sum, us) => {
            const n = Math.floor(us / grid.intervalUs);
            return sum + (envelope.maxMw[n]! - envelope.minMw[n]!) / 4;
          }, 2 * resolution.quantumMw);
          const mostJ = slack * grid.intervalUs * 1e-9;
          expect(Math.abs(data.energyJ(run!, series, a, b) - joules)).toBeLessThanOrEqual(mostJ);
        }
      }
    }
  });

  it('keeps each of 200 spikes of a single sample, in its data and in the first picture', () => {
    const data = page('spikes.html', '--html-size', megabytes(60_000));
    const [run] = data.document.runs;
    const gpu = run!.series.findIndex(({ name }) => name === 'gpu');
    const overview = data.overview(run!);
    const finest = data.envelope(run!, gpu)!;
    for (const [n, mw] of spiked)
      for (const { grid, envelope } of [finest, { grid: overview.grid, envelope: overview.envelopes[gpu]! }])
        expect(envelope.maxMw[Math.floor(made[n]!.us / grid.intervalUs)]).toBeGreaterThanOrEqual(mw);
  });

  it('knows everything of the run: bands with what each cost, flags, gaps, excursions, how often which power', () => {
    const [run] = page('run.html').document.runs;
    const { startUs, endUs, bands, flags, gaps, excursions, histograms, series, summary } = run!;
    expect([startUs, endUs]).toEqual([made[0]!.us, made.at(-1)!.us]);
    expect(summary).toEqual(JSON.parse(JSON.stringify(rested.summary)));
    const trains = bands.filter(({ name }) => name === 'train');
    expect(trains.map((each) => [each.startUs, each.endUs])).toEqual([
      [2_000_000, 4_000_000],
      [6_000_000, 6_500_000],
    ]);
    for (const band of trains)
      expect(band.energyJ.gpu).toBeCloseTo(energyOnPaperJ(made, powerOf.gpu, band.startUs, band.endUs), 6);
    expect(bands.map(({ kind }) => kind)).toEqual(['command', 'phase', 'phase', 'phase']);
    expect(flags).toEqual([
      { kind: 'mark', name: 'saved', atUs: 3_000_000 },
      { kind: 'board-fault', name: 'fan stopped', atUs: 26_000_000 },
    ]);
    expect(gaps).toHaveLength(2);
    const gapsJ = (summary.uncertainty as unknown as { gaps_j: Record<string, number> }).gaps_j;
    for (const name of ['system', 'gpu', 'cpu'])
      expect(gaps.reduce((sum, { uncertaintyJ }) => sum + uncertaintyJ[name]!, 0)).toBeCloseTo(
        gapsJ[name]!,
        9,
      );
    const ofGpu = excursions.filter((each) => each.series === 'gpu');
    expect(ofGpu.length).toBeGreaterThan(10);
    const spikes = new Map([...spiked].map(([n, mw]) => [made[n]!.us, mw]));
    for (const { atUs, powerMw, excessMw } of ofGpu) {
      expect(spikes.get(atUs)).toBe(powerMw);
      expect(excessMw).toBeGreaterThan(400_000);
    }
    const sizes = excursions.map(({ excessMw }) => Math.abs(excessMw));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    for (const { counts } of histograms) expect(counts.reduce((a, b) => a + b)).toBe(made.length);
    expect(histograms.map((each) => each.series)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
    expect(series.find(({ name }) => name === 'gpu')!.samplingJ).toBeGreaterThan(0);
  });

  it('shares its size between several runs, each on the axis of the first', () => {
    const short = writeMade(place('short.plog'), {
      samples: load(300, 5, [], 2_000_000),
      startUnixUs: 1_700_000_600_000_000,
    });
    const path = place('two.html');
    const asked = words`--html ${path} --html-size 1 --quiet --offset 250ms`;
    const { code, err } = powerlog(words`report ${capture} ${short} ${asked}`);
    expect([code, err]).toEqual([0, '']);
    expect(statSync(path).size).toBeLessThanOrEqual(1e6);
    const { runs } = new PageData(readFileSync(path, 'utf8')).document;
    expect(runs.map(({ id }) => id)).toEqual(['run0', 'run1']);
    expect(runs[1]!.resolution.kind).toBe('samples');
    expect(runs[1]!.startUs + runs[1]!.offsetUs).toBe(runs[0]!.startUs + 250_000);
  });

  it('has what people named as text alone, and a policy that lets nothing else run', () => {
    const html = readFileSync(place('run.html'), 'utf8');
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<script[ >]/g)!.length).toBe(html.match(/<\/script>/g)!.length);
    expect(html).toMatch(/default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-[^']*'; img-src/);
    expect(html).not.toMatch(/(?:src|href)\s*=\s*["']?https?:/);
  });

  it('refuses a size that holds no page, and a file that exists', () => {
    const path = place('tiny.html');
    const tiny = powerlog(words`report ${capture} --html ${path} --html-size 0.01`);
    expect([tiny.code, tiny.err]).toEqual([2, expect.stringContaining('too few')]);
    expect(() => statSync(path)).toThrow();
    writeFileSync(path, 'mine');
    expect(powerlog(words`report ${capture} --html ${path}`).code).toBe(5);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(powerlog(words`report ${capture} --html ${path} --force --quiet`).code).toBe(0);
  });

  it('shows means as the steps that they are, and says how long they are', () => {
    const csv = place('means.csv');
    powerlog(words`replay ${capture} --out ${csv} --average 100ms --quiet`);
    const html = place('means.html');
    expect(powerlog(words`report ${csv} --html ${html} --quiet`).code).toBe(0);
    const data = new PageData(readFileSync(html, 'utf8'));
    const [run] = data.document.runs;
    expect(run!.meansUs).toBe(100_000);
    const { timeUs, powerMw } = data.samples(run!, 0);
    for (let n = 0; n < timeUs.length; n += 2) {
      expect(powerMw[n]).toBe(powerMw[n + 1]);
      expect(timeUs[n + 1]! - timeUs[n]!).toBeLessThanOrEqual(100_000);
    }
    expect(page('run2.html').document.runs[0]).not.toHaveProperty('meansUs');
    for (const output of ['--html', '--svg']) {
      const rolled = words`report ${csv} ${output} ${place('rolled')} --force --quiet`;
      const { code, err } = powerlog([...rolled, ...words`--rolling 200`]);
      expect([code, err]).toEqual([2, expect.stringMatching(/means\.csv holds means, .*; give a time/)]);
      expect(powerlog([...rolled, ...words`--rolling 0.5s`]).code).toBe(0);
    }
  });

  it('is made of recordings with one sample or none too', () => {
    for (const count of [0, 1, 2]) {
      const path = writeMade(place(`few${count}.plog`), { samples: made.slice(0, count) });
      const html = place(`few${count}.html`);
      expect(powerlog(words`report ${path} --html ${html} --json - --quiet`).code).toBe(0);
      expect(new PageData(readFileSync(html, 'utf8')).document.runs[0]!.resolution.count).toBe(count);
    }
  });
});

/** Two instants of the recording, apart from its gaps: an interval that touches one has the energy of the line across it. */
function span(next: () => number): [number, number] {
  const between = (): number => {
    const n = 1 + Math.floor(next() * (made.length - 2));
    if ([9000, 20_000].some((gap) => Math.abs(n - gap) < 300)) return between();
    const [a, b] = [made[n - 1]!.us, made[n]!.us];
    return Math.round(a + next() * (b - a));
  };
  const [a, b] = [between(), between()].sort((x, y) => x - y) as [number, number];
  return a === b ? [a, b + 1000] : [a, b];
}
