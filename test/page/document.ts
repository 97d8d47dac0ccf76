import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { coarser } from '#powerlog/draw/envelope.js';
import { EnvelopeBuilder } from '#powerlog/draw/envelope-builder.js';
import { packEnvelope, packInstants, packPowers } from '#powerlog/draw/packing.js';
import {
  documentElementId,
  instantsElementId,
  overviewElementId,
  type PageDocument,
  type PageRun,
  seriesElementId,
} from '#powerlog/draw/page-data.js';

/** In every name that somebody else may choose. */
export const foreign = '<script>window.hacked=1</script>';

export const names = ['system', 'cpu', 'gpu', 'motherboard', 'eps1', 'atx_12v', 'hpwr1'] as const;

/** A run made up, with what its page should say of it. */
export interface MadeRun {
  readonly run: PageRun;
  readonly timeUs: Float64Array;
  /** By series, whole mW. */
  readonly powerMw: readonly Float64Array[];
  readonly elements: readonly string[];
  readonly first: string;
}

interface Wishes {
  readonly id?: string;
  readonly seconds?: number;
  readonly rateHz?: number;
  readonly kind?: 'samples' | 'intervals';
  /** Of how many samples an interval is. */
  readonly intervalUs?: number;
  readonly gap?: readonly [number, number];
  /** Samples of the GPU that stand out by so much, mW. */
  readonly spikes?: ReadonlyMap<number, number>;
  readonly offsetUs?: number;
  /** What the sampling leaves open of each energy, J. */
  readonly samplingJ?: number;
  readonly warnings?: PageRun['summary']['warnings'];
}

/** Steps of the load, so that selections differ from one another. */
const level = (us: number): number => [40, 210, 330, 120, 290][Math.floor(us / 700_000) % 5]!;

/** A run with phases, flags, a gap, excursions and a histogram, its figures reckoned here from its samples. */
export function makeRun(wishes: Wishes = {}): MadeRun {
  const { id = 'run0', seconds = 20, rateHz = 1000, kind = 'samples', gap, spikes = new Map() } = wishes;
  let seed = 7;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const instants: number[] = [];
  for (let n = 0; n < seconds * rateHz; n++) {
    const us = Math.round((n * 1e6) / rateHz + random() * (300_000 / rateHz));
    if (!gap || us <= gap[0] || us >= gap[1]) instants.push(us);
  }
  const timeUs = Float64Array.from(instants);
  const [eps1, atx, hpwr1] = [40_000, 30_000, 1_000].map((base, k) =>
    Float64Array.from(timeUs, (us, n) => {
      const busy = k === 2 ? level(us) * 1e3 : k === 0 ? level(us + 350_000) * 150 : 0;
      return Math.round(base + busy + random() * 6_000 + (k === 2 ? (spikes.get(n) ?? 0) : 0));
    }),
  ) as [Float64Array, Float64Array, Float64Array];
  const system = Float64Array.from(timeUs, (_, n) => eps1[n]! + atx[n]! + hpwr1[n]!);
  const powerMw = [system, eps1, hpwr1, atx, eps1, atx, hpwr1];
  const builder = new EnvelopeBuilder(powerMw.length, { intervalUs: wishes.intervalUs ?? 250 });
  builder.add(timeUs, powerMw, timeUs.length, 20_000);
  const envelopes = builder.envelopes(20_000);
  const [startUs, endUs] = [timeUs[0]!, timeUs.at(-1)!];
  const phase = (name: string, from: number, to: number) => {
    const [fromUs, toUs] = [from * 1e6, to * 1e6];
    const energy_j = Object.fromEntries(
      names.slice(0, 4).map((each, k) => [each, energyJ(timeUs, powerMw[k]!, fromUs, toUs)]),
    );
    return {
      name,
      times: 1,
      count: 120,
      duration_s: to - from,
      energy_j,
      spans: [{ start_s: from, end_s: to }],
    };
  };
  const phases = [phase('load', 1, 3), phase(`train ${foreign}`, 3, Math.min(12, seconds - 1))];
  const gaps = gapsOf(timeUs);
  const ofAll = <Value>(make: (mw: Float64Array) => Value) =>
    Object.fromEntries(names.slice(0, 4).map((name, k) => [name, make(powerMw[k]!)]));
  const power = (mw: Float64Array) => {
    const sorted = [...mw].sort((a, b) => a - b);
    const share = (q: number) => sorted[Math.round(q * (sorted.length - 1))]! / 1e3;
    const mean = (energyJ(timeUs, mw, startUs, endUs) * 1e6) / (endUs - startUs);
    return { mean, min: share(0), max: share(1), p50: share(0.5), p95: share(0.95), p99: share(0.99) };
  };
  const energies = ofAll((mw) => energyJ(timeUs, mw, startUs, endUs));
  const run: PageRun = {
    id,
    name: `${id} ${foreign}.plog`,
    startUnixUs: 1_700_000_000_000_000,
    startUs,
    endUs,
    offsetUs: wishes.offsetUs ?? 0,
    series: names.map((name, k) => ({
      name,
      kind: k < 4 ? 'component' : 'rail',
      samplingJ: wishes.samplingJ ?? 0.5,
    })),
    resolution:
      kind === 'samples'
        ? { kind, count: timeUs.length }
        : { kind, intervalUs: envelopes.grid.intervalUs, count: envelopes.grid.count, quantumMw: 10 },
    gaps: gaps.map(([from, to]) => ({
      startUs: from,
      endUs: to,
      cause: 'no-reply',
      uncertaintyJ: ofAll(() => 2.5),
    })),
    bands: phases.map(({ name, energy_j, spans: [span] }) => ({
      kind: 'phase',
      name,
      startUs: span!.start_s * 1e6,
      endUs: span!.end_s * 1e6,
      energyJ: energy_j,
    })),
    flags: [
      { kind: 'mark', name: `checkpoint ${foreign}`, atUs: 5e6 },
      { kind: 'board-fault', name: 'over-current', atUs: 6e6 },
    ],
    excursions: [{ series: 'gpu', atUs: 4_200_000, powerMw: 512_000, excessMw: 180_000 }],
    histograms: names
      .slice(0, 4)
      .map((series, k) => ({ series, fromMw: 0, binMw: 5000, counts: countsOf(powerMw[k]!) })),
    summary: {
      schema: 'powerlog.summary/1',
      board: { product: 'BENCHLAB', name: foreign },
      duration_s: (endUs - startUs) / 1e6,
      samples: timeUs.length,
      sample_rate_hz: ((timeUs.length - 1) * 1e6) / (endUs - startUs),
      coverage: 1 - gaps.reduce((sum, [from, to]) => sum + to - from, 0) / (endUs - startUs),
      latency_s: { median: 0.0005 },
      power_w: ofAll(power),
      energy_j: energies,
      energy_uncertainty_j: ofAll((mw) => energyJ(timeUs, mw, startUs, endUs) * 0.03),
      uncertainty: { accuracy_share: 0.03 },
      rails: Object.fromEntries(
        names
          .slice(4)
          .map((name, k) => [
            name,
            { energy_j: energyJ(timeUs, powerMw[4 + k]!, startUs, endUs), power_w: power(powerMw[4 + k]!) },
          ]),
      ),
      wires: [],
      warnings: wishes.warnings ?? [
        { code: 'no-reply', message: `the board did not answer once ${foreign}` },
      ],
      phases,
    },
  };
  const data =
    kind === 'samples'
      ? [
          dataElement(instantsElementId(id), packInstants(timeUs)),
          ...powerMw.map((mw, k) => dataElement(seriesElementId(id, k), packPowers(Float32Array.from(mw)))),
        ]
      : envelopes.series.map((each, k) =>
          dataElement(seriesElementId(id, k), packEnvelope(envelopes.grid, each, 10)),
        );
  const overview = coarser(envelopes, Math.max(1, Math.ceil(envelopes.grid.count / 2048)));
  const bytes = Buffer.concat(overview.series.map((each) => packEnvelope(overview.grid, each, 1)));
  return {
    run,
    timeUs,
    powerMw,
    elements: data,
    first: dataElement(overviewElementId(id), bytes, overview.grid),
  };
}

/** By trapezoids, the power at the ends on the line between their samples. */
export function energyJ(timeUs: Float64Array, mw: Float64Array, fromUs: number, toUs: number): number {
  let sum = 0;
  for (let n = 0; n + 1 < timeUs.length; n++) {
    const [left, right] = [timeUs[n]!, timeUs[n + 1]!];
    const [from, to] = [Math.max(left, fromUs), Math.min(right, toUs)];
    if (from >= to) continue;
    const at = (us: number) => mw[n]! + ((mw[n + 1]! - mw[n]!) * (us - left)) / (right - left);
    sum += ((at(from) + at(to)) / 2) * (to - from);
  }
  return sum / 1e9;
}

function gapsOf(timeUs: Float64Array): [number, number][] {
  const found: [number, number][] = [];
  for (let n = 0; n + 1 < timeUs.length; n++)
    if (timeUs[n + 1]! - timeUs[n]! > 20_000) found.push([timeUs[n]!, timeUs[n + 1]!]);
  return found;
}

function countsOf(mw: Float64Array): number[] {
  const counts = new Array<number>(120).fill(0);
  for (const each of mw) counts[Math.min(119, Math.floor(each / 5000))]!++;
  return counts;
}

function dataElement(id: string, bytes: Uint8Array, facts?: unknown): string {
  const text = deflateRawSync(bytes).toString('base64');
  const said = facts === undefined ? '' : ` data-facts='${JSON.stringify(facts)}'`;
  return `<script type="text/plain" id="${id}"${said}>${text}</script>`;
}

const lib = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../lib/${file}`, import.meta.url)), 'utf8');
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Writes a page of these runs and gives its path. */
export function writePage(runs: readonly MadeRun[]): string {
  const page: PageDocument = {
    version: 1,
    mode: 'file',
    title: `made up ${foreign}`,
    tool: { name: 'powerlog', version: '0' },
    runs: runs.map(({ run }) => run),
  };
  const [script, style] = [lib('page.js'), lib('page.css')];
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data: blob:`;
  const path = join(mkdtempSync(join(tmpdir(), 'powerlog-page-')), 'page.html');
  writeFileSync(
    path,
    `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>powerlog</title><style>${style}</style></head><body>
<script type="application/json" id="${documentElementId}">${JSON.stringify(page).replaceAll('<', '\\u003c')}</script>
${runs.map(({ first }) => first).join('\n')}
<script>${script}</script>
${runs.flatMap(({ elements }) => elements).join('\n')}
</body></html>`,
  );
  return path;
}
