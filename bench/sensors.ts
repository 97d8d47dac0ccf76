import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Effort, type Findings, short, table } from './claims.js';
import { type Estimate, median, pairedRatio, spreadOf } from './stats.js';
import { type Charge, fromRoot, powerlog, type Workshop } from './workshop.js';

interface Run {
  readonly rateHz: number;
  readonly gaps: number;
  readonly cpuShare: number;
  readonly readings: readonly { readonly id: string; readonly rateHz: number; readonly cpuShare: number }[];
}

/** A third collector: a program that prints ten readings a second. */
const meter = 'import time\nwhile True:\n print(42.5, flush=True)\n time.sleep(0.1)';

/** What three collectors beside the board cost the sampling, in turns with none. */
export async function sensors(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const port = await workshop.board(1);
  const { sysfs, note } = await readableSysfs(workshop);
  const program = workshop.file('meter.py');
  writeFileSync(program, meter);
  const collectors = ['--with', 'rapl,hwmon', '--with', `exec:exec ${workshop.python} ${program}`];
  const [without, beside]: [Run[], Run[]] = [[], []];
  const turns = Math.max(2, effort.repeats);
  for (let turn = 0; turn < turns; turn++)
    for (const [runs, args] of [
      [without, []],
      [beside, collectors],
    ] as const) {
      say(`sensors, turn ${turn + 1} of ${turns}, ${args.length === 0 ? 'none' : 'three'} beside the board`);
      runs.push(await run(workshop, port, args, sysfs, effort.longSeconds));
    }
  const more = spreadOf(beside.map(({ cpuShare }, turn) => (cpuShare - without[turn]!.cpuShare) * 100));
  const gaps = Math.max(...beside.map((each) => each.gaps));
  const rate: Estimate = pairedRatio(
    beside.map(({ rateHz }) => rateHz),
    without.map(({ rateHz }) => rateHz),
  );
  const shares = (runs: readonly Run[]) => `${short(median(runs.map(({ cpuShare }) => cpuShare)) * 100)} %`;
  const rates = (runs: readonly Run[]) => short(median(runs.map(({ rateHz }) => rateHz)));
  const rows = [
    ['no sensor', rates(without), String(Math.max(...without.map((each) => each.gaps))), shares(without)],
    ['three sensors', rates(beside), String(gaps), shares(beside)],
  ];
  const ofEach = beside[0]!.readings.map(({ id }, n) => {
    const of = (figure: (run: Run) => number) => median(beside.map(figure));
    return [
      `\`${id}\``,
      short(of(({ readings }) => readings[n]!.rateHz)),
      `${short(of(({ readings }) => readings[n]!.cpuShare) * 100)} %`,
    ];
  });
  return {
    claims: [
      { what: 'rate with three sensors beside, over none', ...rate, sense: 'at least', target: 0.99 },
      { what: 'gaps with three sensors beside', value: gaps, sense: 'at most', target: 0 },
      { what: 'CPU that three sensors add', ...more, sense: 'at most', target: 2, unit: '% of a core' },
    ],
    section: [
      '## Sensors beside the board',
      `\`rapl\`, \`hwmon\` and a program that prints ten times a second, ${effort.longSeconds} s at 1 ms, in turns with none. CPU is of powerlog over the last three quarters of each run, and of the sensors' processes and that program from the recording's begin on. ${note}`,
      table(['beside the board', 'samples/s', 'gaps', 'CPU, of a core'], rows),
      table(['sensor', 'readings/s', 'CPU, of a core'], ofEach),
    ].join('\n\n'),
  };
}

async function run(
  workshop: Workshop,
  port: string,
  collectors: readonly string[],
  sysfs: string,
  seconds: number,
): Promise<Run> {
  const out = workshop.file('sensors.csv');
  const record = ['record', '--port', port, '--duration', `${seconds}s`, '--out', out, '--force', '--quiet'];
  const charge = await workshop.measure([
    ...['env', `POWERLOG_SYS=${sysfs}`, process.execPath, powerlog],
    ...[...record, ...collectors],
  ]);
  const summary = JSON.parse(readFileSync(workshop.file('sensors.summary.json'), 'utf8')) as {
    readonly sample_rate_hz: number;
    readonly gaps: readonly unknown[];
    readonly tracks?: readonly {
      readonly id: string;
      readonly sample_rate_hz: number;
      readonly cpu_s: number;
    }[];
  };
  const { tracks = [] } = summary;
  return {
    rateHz: summary.sample_rate_hz,
    gaps: summary.gaps.length,
    // A process is charged for itself alone, and each sensor says what its processes cost.
    cpuShare: shareOf(charge, seconds) + tracks.reduce((sum, { cpu_s }) => sum + cpu_s, 0) / seconds,
    readings: tracks.map(({ id, sample_rate_hz, cpu_s }) => ({
      ...{ id, rateHz: sample_rate_hz, cpuShare: cpu_s / seconds },
    })),
  };
}

/** Of a core while it samples, without its start and its end, where the system tells that. */
const shareOf = ({ cpuS, steady }: Charge, seconds: number): number =>
  steady ? steady.threads.reduce((sum, thread) => sum + thread.cpuS, 0) / steady.windowS : cpuS / seconds;

/** The machine's own where it has both; else a folder that stands for it, in which a process of its own counts. */
async function readableSysfs(workshop: Workshop): Promise<{ sysfs: string; note: string }> {
  if (hasBoth()) return { sysfs: '/sys', note: "RAPL and hwmon are the machine's own." };
  const sysfs = workshop.file('sys');
  const counters = ['intel-rapl:0', 'intel-rapl:0:0', 'intel-rapl:0:1', 'intel-rapl:1'].map((zone, n) => {
    put(join(sysfs, `class/powercap/${zone}/name`), ['package-0', 'core', 'dram', 'psys'][n]!);
    put(join(sysfs, `class/powercap/${zone}/max_energy_range_uj`), '262143328850');
    return put(join(sysfs, `class/powercap/${zone}/energy_uj`), '0');
  });
  const powers = ['amdgpu', 'nvme', 'ina2xx'].map((name, n) => {
    put(join(sysfs, `class/hwmon/hwmon${n}/name`), name);
    return put(join(sysfs, `class/hwmon/hwmon${n}/power1_input`), '0');
  });
  const counting = fromRoot('test/sensors/counting.mjs');
  const start = (everyMs: number, step: number, wrap: number, files: readonly string[]) =>
    workshop.start(
      [process.execPath, counting, String(everyMs), String(step), String(wrap), ...files],
      ['pipe', 'ignore', 'inherit'],
    );
  start(10, 450_000, 262_143_328_850, counters);
  start(100, 1_000_000, 300_000_000, powers);
  return {
    sysfs,
    note: 'This machine has no RAPL or no hwmon with a power: files in a temporary folder stand for them, in which another process counts; a real read goes to a driver, which takes longer.',
  };
}

function hasBoth(): boolean {
  const has = (folder: string, file: RegExp): boolean => {
    if (!existsSync(folder)) return false;
    return readdirSync(folder).some((name) =>
      readdirSync(join(folder, name)).some((each) => file.test(each)),
    );
  };
  try {
    readFileSync('/sys/class/powercap/intel-rapl:0/energy_uj');
    return has('/sys/class/hwmon', /^power\d+_(?:input|average)$/);
  } catch {
    return false;
  }
}

function put(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
  return path;
}
