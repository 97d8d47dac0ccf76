import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { table } from '../claims.js';
import { fromRoot, powerlog, type Workshop } from '../workshop.js';
import { figure } from './published-cards.js';

/*
 * A real H100 (fixtures/nvidia-h100), which no board stood beside. What its kernels did is known to the microsecond, and what
 * three of NVML's quantities made of that can be compared with it and with each other.
 */

const fixture = (name: string): string => fromRoot(`fixtures/nvidia-h100/${name}`);

/** NVML's rows as columns by name. */
function nvmlColumns(): Map<string, number[]> {
  const [head, ...rows] = gunzipSync(readFileSync(fixture('nvml.csv.gz')))
    .toString()
    .trimEnd()
    .split('\n');
  const cells = rows.map((row) => row.split(',').map(Number));
  return new Map(head!.split(',').map((name, n) => [name, cells.map((each) => each[n]!)]));
}

const csvOf = (head: string, rows: readonly (readonly [string, string])[]): string =>
  `${head}\n${rows.map((cells) => cells.join(',')).join('\n')}\n`;

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

export async function h100(workshop: Workshop, say: (text: string) => void): Promise<string[]> {
  say('a real H100');
  const nvml = nvmlColumns();
  const instants = nvml.get('before_ns')!;
  const write = (name: string, column: string, scale: number, head: string): string => {
    const values = nvml.get(column)!;
    const path = workshop.file(`${name}.csv`);
    writeFileSync(
      path,
      csvOf(
        `time_s,${head}`,
        instants.map((ns, n) => [seconds(ns), (values[n]! / scale).toFixed(3)] as const),
      ),
    );
    return path;
  };
  const kernels = workshop.file('h100-kernels.csv');
  writeFileSync(kernels, kernelPowers(instants[0]!, instants.at(-1)!));
  const readings = {
    'plain power': write('h100-plain', 'power_mw', 1000, 'power_w'),
    'field 185, average': write('h100-185', 'f185_mw', 1000, 'power_w'),
    'field 186, instant': write('h100-186', 'f186_mw', 1000, 'power_w'),
    'energy counter': write('h100-energy', 'energy_mj', 1000, 'energy_j'),
  };
  const rows = Object.entries(readings).flatMap(([name, path]) =>
    (
      [
        ['what its kernels did', kernels],
        ['field 186', readings['field 186, instant']],
      ] as const
    )
      .filter(([, reference]) => reference !== path)
      .map(([against, reference]) => [name, against, ...verdictOn(reference, path)]),
  );
  return [
    '### A real H100',
    'An H100 80GB HBM3, driver 580, polled every 2 ms for 90 s (`fixtures/nvidia-h100`); no board stood beside it. Against what its kernels did (on or off, taken for 330 W and 115 W) the levels and gains mean nothing, and the lags do.',
    table(
      ['what NVML said', 'beside', 'verdict', 'update, ms', 'window, ms', 'delay, ms', 'shift, ms', 'gain'],
      rows,
    ),
  ];
}

/** On and off as a power, a value each millisecond, as a board would give it. */
function kernelPowers(fromNs: number, toNs: number): string {
  const changes = readFileSync(fixture('load.csv'), 'utf8').trimEnd().split('\n').slice(1);
  const [at, on] = [0, 1].map((n) => changes.map((line) => Number(line.split(',')[n]))) as [
    number[],
    number[],
  ];
  const rows: (readonly [string, string])[] = [];
  let next = 0;
  for (let ns = fromNs; ns <= toNs; ns += 1e6) {
    while (next < at.length && at[next]! <= ns) next++;
    rows.push([seconds(ns), next > 0 && on[next - 1] === 1 ? '330' : '115']);
  }
  return csvOf('time_s,gpu_power_w', rows);
}

function verdictOn(reference: string, path: string): string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [powerlog, 'compare', reference, path, '--json', '-'],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (status !== 0) return [`failed: ${stderr.trim()}`, '', '', '', '', ''];
  const json = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  return [
    String(json.verdict),
    ...['update_s', 'window_s', 'delay_s', 'shift_s'].map((key) => figure(json, key, 1000, 1)),
    figure(json, 'gain', 1, 3),
  ];
}
