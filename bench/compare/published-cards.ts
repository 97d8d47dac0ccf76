import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../claims.js';
import { powerlog, type Workshop } from '../workshop.js';

/*
 * Real recordings of cards beside a board that others made: JimZeyuYang/GPU_Power_Benchmark (MIT), which belongs to "Part-time
 * Power Measurements: nvidia-smi's Lack of Attention" (arXiv 2312.02741). Nothing of it is kept here: it is fetched when measured.
 */

/** Where it is fetched from; a clone that lies on this machine may stand there instead. */
const source =
  process.env.POWERLOG_GPU_POWER_BENCHMARK ?? 'https://github.com/JimZeyuYang/GPU_Power_Benchmark';

interface Published {
  readonly folder: string;
  readonly card: string;
  readonly column: string;
  /** As `Overall_Results.xlsx` of that repository has them for the driver and the column; a dash where it has none. */
  readonly updateMs: number;
  readonly windowMs: string;
  readonly gain: string;
}

const [instant, draw] = ['power.draw.instant [W]', 'power.draw [W]'];

const recordings: readonly Published[] = [
  { folder: '5050/3090', card: 'RTX 3090', column: instant, updateMs: 100, windowMs: '100', gain: '0.948' },
  { folder: '5050/A100', card: 'A100 PCIe', column: instant, updateMs: 104, windowMs: '25', gain: '0.954' },
  {
    ...{ folder: 'Transient_Response/3090_TR', card: 'RTX 3090', column: instant },
    ...{ updateMs: 100, windowMs: '100', gain: '0.948' },
  },
  {
    ...{ folder: 'Transient_Response/4090_TR', card: 'RTX 4090', column: draw },
    ...{ updateMs: 100, windowMs: '–', gain: '1.045 to 1.053' },
  },
  {
    ...{ folder: 'Transient_Response/A100_TR', card: 'A100 PCIe', column: instant },
    ...{ updateMs: 104, windowMs: '25', gain: '0.954' },
  },
  {
    ...{ folder: 'Transient_Response/A5000_TR', card: 'RTX A5000', column: instant },
    ...{ updateMs: 100, windowMs: '99', gain: '0.908' },
  },
  {
    ...{ folder: 'Transient_Response/K40m_TR', card: 'Tesla K40m', column: draw },
    ...{ updateMs: 15, windowMs: 'low pass', gain: '1.024' },
  },
];

/** Without a board beside them: these tell the update period alone. */
const alone = [
  { card: 'Tesla V100', file: 'V100_gpudata.csv', updateMs: 20 },
  { card: 'A100 PCIe', file: 'A100_gpudata.csv', updateMs: 104 },
  { card: 'RTX 3090', file: '3090_gpudata.csv', updateMs: 100 },
] as const;

const bytesPerSample = 18;
/** The meter's clock, ticks a millisecond; its count has 16 bits. */
const ticksPerMs = 2933.5;
const [voltsPerStep, ampsPerStep] = [0.007568, 0.0488];

/**
 * The meter's (ElmorLabs PMD) samples: a tick count, then voltage and current of two cable pairs, of the slot's riser and
 * of a third pair, 12 signed bits each; as that repository's plotting decodes them, its start 50 ms before its stamp.
 */
function writeBoardCsv(folder: string, path: string): void {
  const bytes = readFileSync(join(folder, 'PMD_data.bin'));
  const startMs = (Number(readFileSync(join(folder, 'PMD_start_ts.txt'), 'utf8')) - 50_000) / 1000;
  const steps = (at: number) => Math.max(0, bytes.readInt16LE(at) >> 4);
  const rows = ['unix_time_s,gpu_power_w'];
  let ticks = 0;
  for (let at = 0; at + bytesPerSample <= bytes.length; at += bytesPerSample) {
    const count = bytes.readUInt16LE(at);
    if (at > 0) ticks += (count - bytes.readUInt16LE(at - bytesPerSample) + 65_536) % 65_536;
    let power = 0;
    for (let pair = 0; pair < 4; pair++) {
      const volts = steps(at + 2 + 4 * pair) * voltsPerStep;
      power += volts * steps(at + 4 + 4 * pair) * ampsPerStep;
    }
    rows.push(`${((startMs + ticks / ticksPerMs) / 1000).toFixed(6)},${power.toFixed(3)}`);
  }
  writeFileSync(path, `${rows.join('\n')}\n`);
}

/** Fetches the files that are read, and no others. @returns why they could not be had */
function fetchInto(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  const read = recordings.flatMap(({ folder: place }) =>
    ['PMD_data.bin', 'PMD_start_ts.txt', 'gpudata.csv'].map((name) => `plotting/data/${place}/${name}`),
  );
  const paths = [...read, ...alone.map(({ file }) => `plotting/data/pwr_update_freq/${file}`)];
  for (const args of [
    ['clone', '--quiet', '--no-checkout', '--depth', '1', '--filter=blob:none', source, folder],
    ['-C', folder, 'checkout', '--quiet', 'HEAD', '--', ...paths],
  ]) {
    const { status, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
    if (status !== 0) return error ? String(error) : (stderr.trim().split('\n').at(-1) ?? 'git says nothing');
  }
  return undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** Runs the command; what it says on standard error stands for the figures where it fails. */
function compared(args: readonly string[]): Json | string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [powerlog, 'compare', ...args, '--json', '-'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  return status === 0 ? (JSON.parse(stdout) as Json) : stderr.trim();
}

/** A figure with its interval, `scale` times as large as in the JSON; or why there is none. */
export function figure(json: Json, key: string, scale: number, digits: number): string {
  const value = json[key];
  if (typeof value !== 'number') return `– (${json[`${key}_reason`]})`;
  const interval = json[`${key}_interval`] as readonly [number, number] | null;
  const text = (each: number) => (each * scale).toFixed(digits);
  return interval ? `${text(value)} (${interval.map(text).join(' to ')})` : text(value);
}

export async function publishedCards(workshop: Workshop, say: (text: string) => void): Promise<string[]> {
  say('recordings of GPU_Power_Benchmark');
  const head = '### Cards that others recorded beside a board';
  const folder = workshop.file('gpu-power-benchmark');
  const why = fetchInto(folder);
  if (why !== undefined) {
    workshop.missing.push(`recordings of GPU_Power_Benchmark (${why})`);
    return [head, `Not measured: the recordings could not be fetched from ${source} (${why}).`];
  }
  const data = join(folder, 'plotting/data');
  const rows = recordings.map(({ folder: place, card, column, updateMs, windowMs, gain }) => {
    const board = workshop.file(`${place.replaceAll('/', '-')}.csv`);
    writeBoardCsv(join(data, place), board);
    const json = compared([
      ...[board, join(data, place, 'gpudata.csv')],
      ...['--column-b', column, '--tz-b', 'Europe/London'],
    ]);
    if (typeof json === 'string') return [place, card, `failed: ${json}`, '', '', '', '', '', '', ''];
    return [
      ...[place, card, String(json.verdict)],
      ...[figure(json, 'update_s', 1000, 1), String(updateMs)],
      ...[figure(json, 'window_s', 1000, 0), windowMs],
      ...[figure(json, 'gain', 1, 3), gain],
      figure(json, 'shift_s', 1000, 0),
    ];
  });
  const periods = alone.map(({ card, file, updateMs }) => {
    const path = join(data, 'pwr_update_freq', file);
    const json = compared([path, path, '--column-a', draw, '--column-b', draw]);
    return [
      card,
      typeof json === 'string' ? `failed: ${json}` : figure(json, 'update_s', 1000, 1),
      String(updateMs),
    ];
  });
  return [
    head,
    'JimZeyuYang/GPU_Power_Benchmark (arXiv 2312.02741), fetched when this was measured: `nvidia-smi` beside an ElmorLabs PMD, 6 to 12 s each. What that repository says of the card stands beside what is found; in brackets the 95 % interval.',
    table(
      [
        'recording',
        'card',
        'verdict',
        'update, ms',
        'said',
        'window, ms',
        'said',
        'gain',
        'said',
        'shift, ms',
      ],
      rows,
    ),
    'Files without a board tell the update period alone:',
    table(['card', 'update, ms', 'said'], periods),
  ];
}
