import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { ExitCode } from '#powerlog/errors.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { csvColumns } from '#powerlog/sink/columns.js';
import { type CsvSink, openCsv } from '#powerlog/sink/csv.js';
import { blocksOf, header, type Sample, wiring } from '../measure/recording.js';

const benchlab = boardFor('benchlab')!;

const columns = csvColumns(benchlab, wiring, 'power');
let directory: string;
let names = 0;
const fresh = (extension = 'csv') => join(directory, `run${names++}.${extension}`);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'powerlog-csv-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A power that wanders, about every 1.3 ms; the same in every run. */
const wandering = (count: number): Sample[] => {
  let us = 700;
  let state = 1;
  return Array.from({ length: count }, (): Sample => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    us += 1000 + (state % 600);
    return { us, mw: { eps1: state % 90_000, hpwr1: (state >>> 8) % 400_000, atx_5v: -(state % 7) } };
  });
};

async function record(sink: CsvSink, samples: readonly Sample[], cuts: readonly number[]): Promise<void> {
  await sink.begin(header);
  for (const block of blocksOf(samples, cuts)) await sink.write(block);
  await sink.finish();
}

const headerLine = 'time_s,unix_time_s,system_power_w,cpu_power_w,gpu_power_w,motherboard_power_w';

describe('openCsv', () => {
  it('writes every sample once, in order, with what the board said', async () => {
    const path = fresh();
    const sink = await openCsv({ path, force: false, columns });
    await record(sink, wandering(3).concat({ us: 61_000_042, mw: { pcie1: 75_250 } }), [1, 3]);
    const [first, ...rows] = readFileSync(path, 'utf8').split('\n');
    expect(first).toBe(headerLine);
    expect(rows).toHaveLength(5);
    expect(rows[3]).toBe('61.000042,1763787357.000042,75.250,0.000,75.250,0.000');
    expect(rows[4]).toBe('');
    expect(sink.rows).toBe(4);
  });

  it('has rows whose trapezoid is the energy of the summary', async () => {
    const path = fresh();
    const samples = wandering(20_000);
    await record(await openCsv({ path, force: false, columns }), samples, [17, 4000, 4001, 12_345]);
    const collector = new SummaryCollector(benchlab, wiring, 0.03);
    collector.begin(header);
    for (const block of blocksOf(samples, [250, 9000])) collector.write(block);
    await collector.finish();
    const { energy_j, samples: count } = collector.measured();

    const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
    expect(rows).toHaveLength(count);
    const table = rows.map((row) => row.split(',').map(Number));
    ['system', 'cpu', 'gpu', 'motherboard'].forEach((component, n) => {
      let joules = 0;
      for (let row = 1; row < table.length; row++) {
        const [a, b] = [table[row - 1]!, table[row]!];
        joules += ((a[2 + n]! + b[2 + n]!) / 2) * (b[0]! - a[0]!);
      }
      expect(Math.abs(joules / energy_j[component]! - 1)).toBeLessThan(1e-9);
    });
  });

  it('is the same text through many pieces and blocks, compressed or not', async () => {
    const samples = wandering(60_000);
    const [plain, compressed] = [fresh(), fresh('csv.gz')];
    await record(await openCsv({ path: plain, force: false, columns }), samples, [1]);
    const cuts = Array.from({ length: 300 }, (_, n) => n * 199);
    await record(await openCsv({ path: compressed, force: false, columns }), samples, cuts);
    const text = readFileSync(plain, 'utf8');
    expect(text.length).toBeGreaterThan(2 * 1024 * 1024);
    expect(gunzipSync(readFileSync(compressed)).toString()).toBe(text);
  });

  it('has rows reach the file while the recording goes on', async () => {
    const path = fresh();
    const sink = await openCsv({ path, force: false, columns });
    await sink.begin(header);
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(`${headerLine}\n`), { timeout: 300_000 });
    await sink.write(blocksOf(wandering(10), [])[0]!);
    await vi.waitFor(() => expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(12), {
      timeout: 300_000,
    });
    await sink.finish();
    expect(sink.rows).toBe(10);
  });

  it('fails before anything is measured where the file exists', async () => {
    const path = fresh();
    writeFileSync(path, 'precious');
    await expect(openCsv({ path, force: false, columns })).rejects.toMatchObject({
      exitCode: ExitCode.outputFailed,
      message: expect.stringContaining('--force'),
    });
  });

  it('leaves no file behind where the measurement never began', async () => {
    const path = fresh();
    await (await openCsv({ path, force: false, columns })).finish();
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(existsSync('/dev/full'))('tells of a failure once, and then only closes', async () => {
    const sink = await openCsv({ path: '/dev/full', force: false, columns });
    const block = blocksOf(wandering(30_000), [])[0]!;
    await expect(
      (async () => {
        await sink.begin(header);
        for (;;) await sink.write(block);
      })(),
    ).rejects.toMatchObject({ exitCode: ExitCode.outputFailed });
    await sink.finish();
    expect(sink.rows).toBe(0);
  });

  it.runIf(existsSync('/dev/full'))('tells of a failure that only the end brings to light', async () => {
    const sink = await openCsv({ path: '/dev/full', force: false, columns });
    await sink.begin(header);
    await expect(sink.finish()).rejects.toMatchObject({ exitCode: ExitCode.outputFailed });
  });
});
