import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRested } from '#powerlog/report/rested.js';
import { exactSpan } from '#powerlog/trace/span.js';
import { Trace } from '#powerlog/trace/trace.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { expectTrue } from './brute-force.js';
import { ask, askJson, askMeasure, askPiece, documentRead } from './client.js';
import { writeLongCapture } from './long-capture.js';
import { start } from './started.js';

const place = placesOfFile();

/** Recorded once for all tests here: three seconds with what a fault costs in them, and the same again behind it. */
const [capture, second, csv, joined, joinedCsv] = ['a.plog', 'b.plog', 'a.csv', 'ab.plog', 'ab.csv'].map(
  place,
) as [string, string, string, string, string];
const run = (args: readonly string[]): void => {
  const { code, err } = powerlog(args);
  if (code !== 0) throw new Error(err);
};
beforeAll(() => {
  run(words`record --port sim:train --duration 3s --out ${csv} --capture ${capture} --quiet`);
  run(words`record --port sim:train --duration 2s --capture ${second} --quiet`);
  writeFileSync(joined, Buffer.concat([readFileSync(capture), readFileSync(second)]));
  run(words`replay ${joined} --out ${joinedCsv} --quiet`);
});

/** Instants, µs, and powers, mW, as a CSV has them. */
function rowsOf(path: string, columns: readonly string[]): { timeUs: number[]; powerMw: number[][] } {
  const [head, ...rows] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  const places = ['time_s', ...columns].map((name) => head!.indexOf(name));
  const cells = rows.map((row) => places.map((n) => Number(row[n])));
  return {
    timeUs: cells.map(([s]) => Math.round(s! * 1e6)),
    powerMw: columns.map((_, n) => cells.map((row) => Math.round(row[n + 1]! * 1e3))),
  };
}

async function samplesOf(url: string, fromUs: number, toUs: number) {
  const piece = await askPiece(url, 'run0', fromUs, toUs);
  if (piece.kind !== 'samples') throw new Error('no samples');
  return piece;
}

describe('view', () => {
  it('shows any window of a capture as its CSV has it, while it is read and afterwards', async () => {
    const { url: address, stop, out, err } = start(['view', capture]);
    const url = await address;
    const check = async () => {
      const { runs } = await askJson(url, '/api/document');
      const columns = runs[0].series.map(({ name }: { name: string }) => `${name}_power_w`);
      const rows = rowsOf(csv, columns);
      const middle = rows.timeUs.length >> 1;
      for (const [from, to] of [
        [0, 3e6],
        [0.7e6, 0.9e6],
        [rows.timeUs[middle >> 1]!, rows.timeUs[middle]!],
        [rows.timeUs[middle]! + 1, rows.timeUs[middle + 1]!],
        [2.9e6, 9e6],
        [-5e6, 1000],
      ] as const) {
        const { timeUs, powerMw } = await samplesOf(url, from, to);
        const before = rows.timeUs.filter((us) => us < from).length;
        const first = Math.max(0, before - 1);
        const over = rows.timeUs.findIndex((us) => us > to);
        const behind = over < 0 ? rows.timeUs.length : over + 1;
        const inner = timeUs.filter((us) => us >= from && us <= to);
        expect([...inner]).toEqual(rows.timeUs.filter((us) => us >= from && us <= to));
        expect(rows.timeUs.slice(first, behind)).toEqual([...timeUs]);
        expect(powerMw.map((column) => [...column])).toEqual(
          rows.powerMw.map((column) => column.slice(first, behind)),
        );
      }
      expect(runs[0]).toMatchObject({ name: 'a.plog', endUs: rows.timeUs.at(-1) });
    };
    await check();
    await documentRead(url);
    await check();
    expect(await stop()).toBe(0);
    expect(out()).toBe(`${url}\n`);
    expect(err()).toBe('');
  });

  it('has intervals where the samples are too many, with their true extremes and energy', async () => {
    const path = place('long.plog');
    writeLongCapture(path, 60_000);
    const url = await start(['view', path]).url;
    const { runs } = await documentRead(url);
    expect(runs[0].resolution).toEqual({ kind: 'samples', count: 60_000 });
    const { samples } = await readRested(path);
    for (const [from, to, columns] of [
      [0, runs[0].endUs, 300],
      [10e6, 40e6, 1000],
      [1e6, 50e6, 7],
    ] as const) {
      const piece = await askPiece(url, 'run0', from, to, columns);
      if (piece.kind !== 'intervals') throw new Error('samples');
      expect(piece.grid.intervalUs).toBeLessThanOrEqual((to - from) / columns);
      expectTrue(piece, samples!);
    }
  });

  it('measures any stretch as a trace over all samples does, and all of it as the summary', async () => {
    const url = await start(['view', capture]).url;
    const { runs } = await documentRead(url);
    const rested = await readRested(capture);
    const { timeUs, powerMw } = rested.samples!;
    const { components } = rested.facts!;
    const trace = new Trace(
      {
        async *chunks() {
          yield {
            count: timeUs.length,
            timeUs,
            powerMw: components.map((_, n) => Float64Array.from(powerMw[n]!)),
          };
        },
      },
      () => rested.facts!,
    );
    const [first, last] = [timeUs[0]!, timeUs.at(-1)!];
    const spans = [
      [first, last],
      [first + 1, first + 2],
      [last - 10, last + 1000],
      ...Array.from({ length: 20 }, () =>
        [Math.random(), Math.random()].sort().map((share) => Math.round(share * last)),
      ),
    ] as [number, number][];
    for (const [from, to] of spans) {
      const [expected] = await trace.evaluate([
        { spans: [exactSpan(from * 1000, to * 1000)], distribution: false },
      ]);
      const { cost } = expected!;
      const found = await askMeasure(url, 'run0', from, to);
      const of = (figures: readonly unknown[]) =>
        Object.fromEntries(components.map((name, n) => [name, figures[n]]));
      expect(found.intervalUs).toBeNull();
      expect(of(found.energyJ)).toEqual(cost.energy_j);
      expect(of(found.uncertaintyJ)).toEqual(cost.energy_uncertainty_j);
      expect(of(found.meanW)).toEqual(
        Object.fromEntries(components.map((name) => [name, cost.power_w[name]!.mean])),
      );
      expect(of(found.minW)).toEqual(
        Object.fromEntries(components.map((name) => [name, cost.power_w[name]!.min])),
      );
      expect(of(found.maxW)).toEqual(
        Object.fromEntries(components.map((name) => [name, cost.power_w[name]!.max])),
      );
    }
    const whole = await askMeasure(url, 'run0', first, last);
    const { summary, series } = runs[0];
    series.forEach(({ name, kind }: { name: string; kind: string }, n: number) => {
      const expected = kind === 'component' ? summary.energy_j[name] : summary.rails[name].energy_j;
      expect(whole.energyJ[n]).toBeCloseTo(expected, 6);
    });
  });

  it('reads joined captures, and what is compressed, to the same numbers', async () => {
    const compressed = place('ab.plog.gz');
    writeFileSync(compressed, gzipSync(readFileSync(joined)));
    const rows = rowsOf(joinedCsv, ['system_power_w', 'gpu_power_w']);
    const firstRows = rowsOf(csv, []).timeUs.length;
    for (const path of [joined, compressed]) {
      const { url: address, stop } = start(['view', path]);
      const url = await address;
      const { runs, progress } = await documentRead(url);
      expect(progress[0]).toMatchObject({ share: 1, done: true, problem: null, seeks: path === joined });
      expect(runs[0].gaps.map(({ cause }: { cause: string }) => cause)).toContain('joined');
      const from = rows.timeUs[firstRows + 8]!;
      const { timeUs, powerMw } = await samplesOf(url, from, from + 0.3e6);
      const first = rows.timeUs.indexOf(timeUs[0]!);
      expect(first).toBe(rows.timeUs.indexOf(from) - 1);
      expect([...timeUs]).toEqual(rows.timeUs.slice(first, first + timeUs.length));
      expect([...powerMw[0]!]).toEqual(rows.powerMw[0]!.slice(first, first + timeUs.length));
      const { energyJ } = await askMeasure(url, 'run0', rows.timeUs[0]!, rows.timeUs.at(-1)!);
      expect(energyJ[0]).toBeCloseTo(runs[0].summary.energy_j.system, 6);
      expect(await stop()).toBe(0);
    }
  });

  it('shows several', async () => {
    const url = await start(['view', capture, second]).url;
    const { runs, title } = await documentRead(url);
    expect(runs.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
      ['run0', 'a.plog'],
      ['run1', 'b.plog'],
    ]);
    expect(title).toBe('a.plog, b.plog');
    expect((await ask(url, '/api/piece?run=run2&from=0&to=1&columns=1')).status).toBe(404);
  });

  it('says that others can reach it where that was asked for, and still asks for the token', async () => {
    const { url: address, err, stop } = start(['view', '--listen', '0.0.0.0:0', capture]);
    const url = await address;
    expect((await ask(url, '/api/document', { token: null })).status).toBe(401);
    expect((await askJson(url, '/api/document')).mode).toBe('view');
    expect(await stop()).toBe(0);
    expect(err()).toMatch(/other machines can reach this page/);
  });

  it('serves an IPv6 address with a policy that browsers know', async (test) => {
    const loopback = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    if (!loopback.some(({ address }) => address === '::1')) test.skip('this machine has no IPv6');
    const url = await start(['view', '--listen', '[::1]:0', capture]).url;
    const { headers, body } = await ask(url, '/');
    for (const policy of [headers['content-security-policy'], body.toString()]) {
      expect(policy).toContain("connect-src 'self';");
      expect(policy).not.toContain('ws://[');
    }
  });

  it('keeps names from elsewhere text', async () => {
    const path = place('<script>alert(1)<\\/script>.plog'.replaceAll('/', ''));
    writeFileSync(path, readFileSync(second));
    const url = await start(['view', path]).url;
    const { headers, body } = await ask(url, '/api/document');
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body.toString()).runs[0].name).toContain('<script>alert(1)');
    expect((await ask(url, '/')).body.toString()).not.toContain('alert(1)');
  });

  it('refuses what it cannot read, with one line', () => {
    writeFileSync(place('text.plog'), 'no capture');
    writeFileSync(place('cut.plog'), readFileSync(capture).subarray(0, 100));
    const cut = powerlog(['view', place('cut.plog')]);
    expect(cut).toMatchObject({ code: 6, out: '' });
    expect(cut.err.trimEnd().split('\n')).toHaveLength(1);
    expect(powerlog(['view', place('missing.plog')]).code).toBe(6);
    expect(powerlog(['view', place('text.plog')]).code).toBe(6);
    expect(powerlog(['view']).code).toBe(2);
    expect(powerlog(['view', '--listen', 'nowhere', capture]).code).toBe(2);
    expect(powerlog(['view', '--listen', '192.0.2.1:0', capture]).code).toBe(5);
  });
});
