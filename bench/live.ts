import { cpus } from 'node:os';
import { type Claim, type Effort, type Findings, short, table } from './claims.js';
import {
  bareLoop,
  cPipelined,
  cReader,
  csvLoop,
  liveReaders,
  ours,
  oursPortable,
  type Reader,
  type Run,
  stream,
} from './readers.js';
import { type Estimate, median, overRepeats, pairedRatio, type Spacing } from './stats.js';
import { inTurns, threadCosts } from './thread-costs.js';
import { peer, type Workshop } from './workshop.js';

const latenciesMs = [0, 1, 2];
const secondsAt = (latencyMs: number, { longSeconds, seconds }: Effort): number =>
  latencyMs === 1 ? longSeconds : seconds;

interface Figures {
  readonly rateHz: number;
  /** With the start of the program. */
  readonly cpuUs: number;
  /** Without it: once it ran, all its threads together. */
  readonly runningUs: number;
  readonly spacing?: Spacing;
  readonly runs: readonly Run[];
}

const cpuUs = ({ cpuS, samples }: Run): number => (cpuS / samples) * 1e6;
const rateHz = (run: Run): number => run.rateHz;

export async function live(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const readers = liveReaders(workshop);
  const ports = new Map<number, string>();
  for (const latency of latenciesMs) ports.set(latency, await workshop.board(latency));

  const figures = new Map<number, Map<string, Figures>>();
  for (const latency of latenciesMs) {
    const seconds = secondsAt(latency, effort);
    const runs = await inTurns(readers, ports.get(latency)!, { ...effort, seconds }, (reader) =>
      say(`latency ${latency} ms, ${reader}`),
    );
    figures.set(latency, new Map([...runs].map(([name, each]) => [name, summarise(each)])));
  }
  const costs = await threadCosts(workshop, effort, say);
  const paced = await pacedShares(readers, ports.get(0)!, effort, say);
  const loaded = await underLoad(workshop, readers, ports.get(1)!, effort, say);
  return {
    claims: [...rateClaims(figures), ...costs.claims, ...loaded.claims],
    section: [
      '## Live',
      figureTables(figures, effort),
      costs.section,
      pipelining(figures),
      '### At 1 kHz',
      table(['reader at `--rate 1000`', 'share of a core', 'interval p50', 'p99', 'p99.9', 'max'], paced),
      '### Spacing of the samples at 1 ms, in µs',
      loaded.table(figures.get(1)!),
    ].join('\n\n'),
  };
}

function summarise(runs: readonly Run[]): Figures {
  const spacings = runs.flatMap(({ spacing }) => (spacing ? [spacing] : []));
  return {
    rateHz: median(runs.map(rateHz)),
    cpuUs: median(runs.map(cpuUs)),
    runningUs: median(runs.flatMap(({ steady }) => (steady ? [steady.samplingUs + steady.restUs] : []))),
    ...(spacings.length > 0 ? { spacing: overRepeats(spacings) } : {}),
    runs,
  };
}

function rateClaims(figures: ReadonlyMap<number, ReadonlyMap<string, Figures>>): Claim[] {
  const runs = (latency: number, name: string) => figures.get(latency)?.get(name)?.runs ?? [];
  const ratio = (latency: number, figure: (run: Run) => number, against: string): Estimate =>
    pairedRatio(runs(latency, ours).map(figure), runs(latency, against).map(figure));
  return [
    {
      what: "rate at 1 ms over the C reader's",
      ...ratio(1, rateHz, cReader),
      sense: 'at least',
      target: 0.97,
    },
    {
      what: "CPU per sample at 1 ms over the bare pyserial loop's",
      ...ratio(1, cpuUs, bareLoop),
      sense: 'at most',
      target: 1,
    },
    {
      what: 'CPU per sample at 1 ms over pyserial with struct and csv',
      ...ratio(1, cpuUs, csvLoop),
      sense: 'at most',
      target: 0.6,
    },
    {
      what: 'rate at 0 ms, with CSV',
      value: figures.get(0)!.get(ours)!.rateHz,
      sense: 'at least',
      target: 4000,
      unit: 'Hz',
    },
    {
      what: "rate at 0 ms, with CSV, over the bare `serialport` stream's",
      ...ratio(0, rateHz, stream),
      sense: 'at least',
      target: 1.5,
    },
  ];
}

function figureTables(
  figures: ReadonlyMap<number, ReadonlyMap<string, Figures>>,
  { longSeconds, seconds, repeats }: Effort,
): string {
  const names = [...figures.get(0)!.keys()];
  const cells = (pick: (figure: Figures) => string) =>
    names.map((name) => [name, ...latenciesMs.map((latency) => pick(figures.get(latency)!.get(name)!))]);
  return [
    'A BENCHLAB of firmware 6 that answers at once, after 1 ms and after 2 ms, in bursts of 128 bytes 80 µs apart, as a ' +
      'full-speed USB device is read; ' +
      `median of ${repeats} runs of ${seconds} s, at 1 ms of ${longSeconds} s. Only ` +
      'the second pyserial loop and powerlog decode and write CSV; the others throw the reply away.',
    table(
      ['samples per second', ...latenciesMs.map((latency) => `${latency} ms`)],
      cells(({ rateHz }) => short(rateHz)),
    ),
    'Time on a core of all the threads of a process, as the scheduler counts it in nanoseconds: its start included, and in ' +
      'brackets once it runs, over the last three quarters.',
    table(
      ['CPU per sample, µs', ...latenciesMs.map((latency) => `${latency} ms`)],
      cells(({ cpuUs, runningUs }) =>
        Number.isNaN(runningUs) ? short(cpuUs) : `${short(cpuUs)} (${short(runningUs)})`,
      ),
    ),
  ].join('\n\n');
}

/** Why powerlog has one request under way, with what a second one would bring. */
function pipelining(figures: ReadonlyMap<number, ReadonlyMap<string, Figures>>): string {
  const gains = latenciesMs.map((latency) => {
    const [one, two] = [cReader, cPipelined].map(
      (name) => figures.get(latency)?.get(name)?.rateHz ?? Number.NaN,
    );
    return `${short((two! / one! - 1) * 100)} % at ${latency} ms`;
  });
  return (
    `powerlog has one request under way, never two. A second one would bring the C reader ${gains.join(', ')}, where the ` +
    'board queues it, which this model does and no board is known to. It would cost the proof that a reply answers its ' +
    'request: the protocol numbers nothing and frames nothing, and only the silence before a request shows that nothing ' +
    'was left over. The round trip, which says how well an instant is known, would double.'
  );
}

async function pacedShares(
  readers: readonly Reader[],
  port: string,
  effort: Effort,
  say: (text: string) => void,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const reader of readers.filter(({ name }) => [cReader, ours, oursPortable].includes(name))) {
    const runs: Run[] = [];
    for (let repeat = 0; repeat < effort.repeats; repeat++) {
      say(`1 kHz, ${reader.name}, ${repeat + 1} of ${effort.repeats}`);
      runs.push(await reader.run(port, effort.seconds, 1000));
    }
    const { p50, p99, p999, max } = overRepeats(runs.map((run) => run.spacing!));
    const share = median(runs.map((run) => run.cpuS)) / effort.seconds;
    rows.push([reader.name, `${short(share * 100)} %`, ...[p50, p99, p999, max].map(short)]);
  }
  return rows;
}

/** Both readers at the same time, each on a board of its own, while every core is kept busy: equal disturbance. */
async function underLoad(
  workshop: Workshop,
  readers: readonly Reader[],
  firstPort: string,
  effort: Effort,
  say: (text: string) => void,
): Promise<{ claims: Claim[]; table: (idle: ReadonlyMap<string, Figures>) => string }> {
  const secondPort = await workshop.board(1);
  const reference = readers.find(({ name }) => name === cReader);
  const logger = readers.find(({ name }) => name === ours)!;
  const cRuns: Run[] = [];
  const ourRuns: Run[] = [];
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    say(`every core busy, ${repeat + 1} of ${effort.repeats}`);
    const load = cpus().map(() =>
      workshop.start([process.execPath, peer('busy.mjs'), String(effort.seconds + 10)], 'ignore'),
    );
    const [ourRun, cRun] = await Promise.all([
      logger.run(firstPort, effort.seconds),
      reference?.run(secondPort, effort.seconds),
    ]);
    for (const each of load) each.kill('SIGKILL');
    ourRuns.push(ourRun);
    if (cRun) cRuns.push(cRun);
  }
  const ourSpacing = overRepeats(ourRuns.map((run) => run.spacing!));
  const cSpacing = cRuns.length > 0 ? overRepeats(cRuns.map((run) => run.spacing!)) : undefined;
  return {
    claims: [
      {
        what: 'samples lost with every core busy',
        value: Math.max(...ourRuns.map((run) => run.lost!)),
        sense: 'at most',
        target: 0,
      },
      {
        what: "longest interval with every core busy over the C reader's beside it",
        value: ourSpacing.max / (cSpacing?.max ?? Number.NaN),
        sense: 'at most',
        target: 2,
      },
    ],
    table: (idle) => {
      const row = (name: string, found?: Spacing) =>
        found ? [[name, ...[found.p50, found.p99, found.p999, found.max].map(short)]] : [];
      return table(
        ['reader', 'p50', 'p99', 'p99.9', 'max'],
        [
          ...row(`${cReader}, machine idle`, idle.get(cReader)?.spacing),
          ...row(`${ours}, machine idle`, idle.get(ours)?.spacing),
          ...row(`${cReader}, every core busy`, cSpacing),
          ...row(`${ours}, every core busy`, ourSpacing),
        ],
      );
    },
  };
}
