import { readFileSync } from 'node:fs';
import { frameBytesOf, type Product } from './frames.js';
import { makersPython } from './maker-library.js';
import { type Spacing, spacing } from './stats.js';
import { type Charge, peer, powerlog, type Workshop } from './workshop.js';

/** One run of one reader against one board. */
export interface Run {
  readonly samples: number;
  readonly rateHz: number;
  readonly cpuS: number;
  /** What a sample costs once it runs; absent where the kernel does not tell of threads. */
  readonly steady?: PerSample;
  readonly spacing?: Spacing;
  /** Gaps that are more than a request sent late. */
  readonly lost?: number;
  readonly gaps?: number;
  /** What the sampling thread ran at. */
  readonly priority?: string | null;
}

/** On-CPU microseconds a sample. */
export interface PerSample {
  /** Of the thread that was put on a core most often. */
  readonly samplingUs: number;
  /** Of all the others together. */
  readonly restUs: number;
}

export interface Reader {
  readonly name: string;
  run(port: string, seconds: number, rateHz?: number): Promise<Run>;
}

export const cReader = 'C, blocking read';
export const cPipelined = 'C, two requests under way';
export const bareLoop = 'pyserial loop';
export const csvLoop = 'pyserial loop, struct and csv';
export const stream = '`serialport` stream + `ByteLengthParser`';
export const ours = '**powerlog record**, 39 columns';
export const oursPortable = 'powerlog record `--link stream`, 39 columns';
export const makers = "the maker's library, with its CSV";

export function liveReaders(workshop: Workshop): Reader[] {
  const python = workshop.serialPython;
  const reader = workshop.compiled('reader');
  const pyserial = (name: string, ...more: string[]): Reader => ({
    name,
    run: (port, seconds) =>
      peerRun(workshop, [python!, peer('pyserial_loop.py'), port, String(seconds), ...more]),
  });
  return [
    ...(reader
      ? [
          {
            name: cReader,
            run: (port: string, seconds: number, rateHz = 0) =>
              peerRun(workshop, [...cCommand(reader), port, String(seconds), String(rateHz)]),
          },
          {
            name: cPipelined,
            run: async (port: string, seconds: number) => {
              const { spacing: _, ...run } = await peerRun(workshop, [
                ...cCommand(reader),
                ...[port, String(seconds), '0', '', '2'],
              ]);
              return run;
            },
          },
        ]
      : []),
    ...(python ? [pyserial(bareLoop), pyserial(csvLoop, workshop.file('pyserial.csv'))] : []),
    {
      name: stream,
      run: (port, seconds) =>
        peerRun(workshop, [process.execPath, peer('serialport_stream.mjs'), port, String(seconds)]),
    },
    { name: ours, run: (...args) => recordRun(workshop, 'auto', ...args) },
    { name: oursPortable, run: (...args) => recordRun(workshop, 'stream', ...args) },
  ];
}

/** Those that read a product at its full rate and are held against each other thread by thread, and the maker's own. */
export function costReaders(workshop: Workshop, product: Product): Reader[] {
  const reader = workshop.compiled('reader');
  const python = makersPython();
  return [
    ...(reader
      ? [
          {
            name: cReader,
            run: (port: string, seconds: number) =>
              peerRun(workshop, [...cCommand(reader, product), port, String(seconds)]),
          },
        ]
      : []),
    { name: ours, run: (...args) => recordRun(workshop, 'auto', ...args) },
    ...(python
      ? [
          {
            name: makers,
            run: (port: string, seconds: number) =>
              peerRun(workshop, [
                ...[python, peer('pycore_logger.py'), port, String(seconds), workshop.file('maker.csv')],
              ]),
          },
        ]
      : []),
  ];
}

const cCommand = (reader: string, product: Product = 'benchlab'): string[] => [
  reader,
  String(frameBytesOf(product)),
];

/** Shares the steady part of a run out among its samples, which came at an even rate. */
function perSample({ steady }: Charge, rateHz: number): { steady?: PerSample } {
  if (!steady) return {};
  const [sampling, ...others] = [...steady.threads].sort((a, b) => b.runs - a.runs);
  const us = (cpuS: number): number => (cpuS / (rateHz * steady.windowS)) * 1e6;
  const rest = others.reduce((sum, { cpuS }) => sum + cpuS, 0);
  return { steady: { samplingUs: us(sampling!.cpuS), restUs: us(rest) } };
}

async function peerRun(workshop: Workshop, command: readonly string[]): Promise<Run> {
  const { stdout, ...charge } = await workshop.measure(command);
  const said = JSON.parse(stdout) as { samples: number; seconds: number } & Partial<Spacing>;
  const { samples, seconds, p50, p99, p999, max } = said;
  const rateHz = samples / seconds;
  const found = { samples, rateHz, cpuS: charge.cpuS, ...perSample(charge, rateHz) };
  return p50 === undefined ? found : { ...found, spacing: { p50, p99: p99!, p999: p999!, max: max! } };
}

let recordings = 0;

async function recordRun(
  workshop: Workshop,
  link: string,
  port: string,
  seconds: number,
  rateHz?: number,
): Promise<Run> {
  const base = workshop.file(`record-${recordings++ % 2}`);
  const pace = rateHz ? ['--rate', String(rateHz)] : [];
  const charge = await workshop.measure([
    ...[process.execPath, powerlog, 'record', '--port', port, '--link', link, '--quiet', '--force'],
    ...['--duration', `${seconds}s`, '--out', `${base}.csv`, ...pace],
  ]);
  const instants: number[] = [];
  const text = readFileSync(`${base}.csv`, 'latin1');
  for (let at = text.indexOf('\n') + 1; at < text.length; at = text.indexOf('\n', at) + 1)
    instants.push(Math.round(Number(text.slice(at, text.indexOf(',', at))) * 1e6));
  const { gaps, sampling_priority } = JSON.parse(readFileSync(`${base}.summary.json`, 'utf8')) as {
    gaps: { cause: string }[];
    sampling_priority: string | null;
  };
  const spanS = (instants.at(-1)! - instants[0]!) / 1e6;
  const foundHz = (instants.length - 1) / spanS;
  return {
    samples: instants.length,
    rateHz: foundHz,
    cpuS: charge.cpuS,
    ...perSample(charge, foundHz),
    spacing: spacing(instants),
    lost: gaps.filter(({ cause }) => cause !== 'late').length,
    gaps: gaps.length,
    priority: sampling_priority,
  };
}
