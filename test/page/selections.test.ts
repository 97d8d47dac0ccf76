import { readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SecondReading } from '#powerlog/report/reading/again.js';
import { readRested } from '#powerlog/report/rested.js';
import { exactSpan } from '#powerlog/trace/span.js';
import { figuresOf, instantUsOf } from '../../src/measure/stretch/figures.js';
import { IntervalPowers } from '../../src/measure/stretch/interval-powers.js';
import type { Powers } from '../../src/measure/stretch/powers.js';
import { Instants } from '../../src/page/data/instants.js';
import { SamplePowers } from '../../src/page/data/sample-powers.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { PageData } from '../report/page-data.js';
import { load, random, writeMade } from '../report/runs.js';

const place = placesOfFile();
const components = ['system', 'cpu', 'gpu', 'motherboard'];
const gapsBehind = [9000, 20_000];
const samples = load(30_000, 41, gapsBehind);
const capture = place('run.plog');
const selections = 10_000;
/** By selection, in the components' order, as `report --json --from --to` reckons it, J. */
let told: readonly (readonly number[])[];
let spans: readonly (readonly [number, number])[];

beforeAll(async () => {
  writeMade(capture, { samples });
  const next = random(31);
  const lastUs = samples.at(-1)!.us;
  spans = Array.from({ length: selections }, () => {
    // Of every length, down to less than two samples.
    const lengthUs = Math.round(lastUs * 10 ** (-5 * next()));
    const fromUs = Math.round(samples[0]!.us + next() * (lastUs - samples[0]!.us - lengthUs));
    return [Math.max(fromUs, samples[0]!.us), Math.min(fromUs + lengthUs, lastUs)];
  });
  const rested = await readRested(capture);
  const costs = await new SecondReading(rested.again, rested.facts!).evaluate(
    spans.map(([fromUs, toUs]) => ({ spans: [exactSpan(fromUs * 1e3, toUs * 1e3)], distribution: false })),
  );
  told = costs.map(({ cost }) => components.map((name) => cost.energy_j[name]!));
});

/** The page's powers, as its own script makes them of its data. */
function pageOf(name: string, ...options: readonly string[]) {
  const path = place(name);
  expect(powerlog(words`report ${capture} --html ${path} --quiet ${options}`).code).toBe(0);
  const data = new PageData(readFileSync(path, 'utf8'));
  const run = data.document.runs[0]!;
  const powers = run.series.map((_, n): Powers => {
    const envelope = data.envelope(run, n);
    if (envelope) return new IntervalPowers(envelope.grid, envelope.envelope, run);
    const { timeUs, powerMw } = data.samples(run, n);
    return new SamplePowers(new Instants(timeUs, run), powerMw, instantUsOf(run));
  });
  return { data, run, powers, bytes: statSync(path).size };
}

describe('the energy of 10,000 random selections on the page is what report says', () => {
  it('to a nanojoule where the page has every sample', () => {
    const { run, powers } = pageOf('samples.html');
    expect(run.resolution.kind).toBe('samples');
    const off = spans.flatMap(([fromUs, toUs], n) => {
      const { energyJ } = figuresOf(run, powers, fromUs, toUs);
      return components.map((_, k) => Math.abs(energyJ[k]! - told[n]![k]!));
    });
    expect(off.length).toBe(4 * selections);
    expect(Math.max(...off)).toBeLessThan(2e-9);
  });

  it('to the resolution that it states where it has intervals', () => {
    const megabytes = ((pageOf('again.html').bytes - 150_000) / 1e6).toFixed(6);
    const { data, run, powers } = pageOf('intervals.html', '--html-size', megabytes);
    const { resolution } = run;
    if (resolution.kind !== 'intervals') throw new Error('all samples fitted');
    const envelopes = components.map((_, k) => data.envelope(run, k)!.envelope);
    const beyond = spans.flatMap(([fromUs, toUs], n) => {
      const { energyJ } = figuresOf(run, powers, fromUs, toUs);
      return envelopes.map(({ minMw, maxMw }, k) => {
        const slackMw = [fromUs, toUs].reduce((sum, us) => {
          const interval = Math.min(Math.floor(us / resolution.intervalUs), resolution.count - 1);
          const spread = maxMw[interval]! - minMw[interval]!;
          // In an interval within a gap nothing is known but the line across it.
          return sum + (Number.isNaN(spread) ? 0 : spread / 4);
        }, 2 * resolution.quantumMw);
        return Math.abs(energyJ[k]! - told[n]![k]!) - slackMw * resolution.intervalUs * 1e-9;
      });
    });
    expect(Math.max(...beyond)).toBeLessThanOrEqual(0);
  });
});
