import { readFileSync } from 'node:fs';
import { type Spacing, spacing } from './stats.js';
import { peer, powerlog, type Workshop } from './workshop.js';

/** One run of one reader against one board. */
export interface Run {
  readonly samples: number;
  readonly rateHz: number;
  readonly cpuS: number;
  readonly spacing?: Spacing;
  /** Gaps that are more than a request sent late. */
  readonly lost?: number;
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
              peerRun(workshop, [reader, port, String(seconds), String(rateHz)]),
          },
          {
            name: cPipelined,
            run: async (port: string, seconds: number) => {
              const { spacing: _, ...run } = await peerRun(workshop, [
                reader,
                port,
                String(seconds),
                '0',
                '',
                '2',
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

async function peerRun(workshop: Workshop, command: readonly string[]): Promise<Run> {
  const { cpuS, stdout } = await workshop.measure(command);
  const said = JSON.parse(stdout) as { samples: number; seconds: number } & Partial<Spacing>;
  const { samples, seconds, p50, p99, p999, max } = said;
  const found = { samples, rateHz: samples / seconds, cpuS };
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
  const { cpuS } = await workshop.measure([
    ...[process.execPath, powerlog, 'record', '--port', port, '--link', link, '--quiet', '--force'],
    ...['--duration', `${seconds}s`, '--out', `${base}.csv`, ...pace],
  ]);
  const instants: number[] = [];
  const text = readFileSync(`${base}.csv`, 'latin1');
  for (let at = text.indexOf('\n') + 1; at < text.length; at = text.indexOf('\n', at) + 1)
    instants.push(Math.round(Number(text.slice(at, text.indexOf(',', at))) * 1e6));
  const { gaps } = JSON.parse(readFileSync(`${base}.summary.json`, 'utf8')) as {
    gaps: { cause: string }[];
  };
  const spanS = (instants.at(-1)! - instants[0]!) / 1e6;
  return {
    samples: instants.length,
    rateHz: (instants.length - 1) / spanS,
    cpuS,
    spacing: spacing(instants),
    lost: gaps.filter(({ cause }) => cause !== 'late').length,
  };
}
