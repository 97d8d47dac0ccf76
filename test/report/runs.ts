import { writeFileSync } from 'node:fs';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { captureHeader } from '#powerlog/capture/header.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import type { Mark } from '#powerlog/stream/command-event.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { benchlabMap } from '../benchlab-map.js';

const board = boardFor('benchlab')!;
const ask = board.commands.sensors.request[0]!;

/** A sample of a made-up recording: what the GPU's and the CPU's first cable carry; all other rails carry nothing. */
export interface Made {
  readonly us: number;
  readonly gpuMw: number;
  readonly cpuMw: number;
}

export interface MadeCapture {
  readonly samples: readonly Made[];
  /** Each stands behind the samples up to its instant. */
  readonly events?: readonly { readonly us: number; readonly event: RecordingEvent }[];
  readonly name?: string;
  readonly endUs?: number;
  /** Recordings that began at different instants share no clock. */
  readonly startUnixUs?: number;
}

/** Half of each sample's round trip, ns. */
export const halfTripNs = 150_000;
const offsetOf = (rail: string): number =>
  board.fields[board.rails.find(({ name }) => name === rail)!.power]!.offset;

/** Writes a capture whose samples lie exactly at their instants. */
export function writeMade(
  path: string,
  { samples, events = [], name = 'bench', endUs, startUnixUs = 1_700_000_000_000_000 }: MadeCapture,
): string {
  const header = captureHeader(
    {
      ...{ board, map: benchlabMap, accuracy: 0.03, host: { hostname: 'here' } },
      tool: { name: 'powerlog', version: '0.0.0' },
    },
    {
      board: {
        ...{ id: 'benchlab', product: 'BENCHLAB', productId: 16, uid: '00112233445566778899aabb' },
        ...{ name, firmware: 7, port: '/dev/ttyACM0', calibration: null },
      },
      ...{ startMonotonicNs: 1n, startUnixUs, timing: 'round-trip' },
    },
  );
  const parts: Uint8Array[] = [encodePreamble(header)];
  const encoder = new CaptureEncoder(board.frameBytes, (bytes) => parts.push(bytes));
  const frame = makeBoardModel({ profile: 'constant' }).reply(ask, 0)!.slice();
  const view = new DataView(frame.buffer);
  for (const rail of board.rails) view.setInt32(offsetOf(rail.name), 0, true);
  const none = { count: 0, frames: frame, requestNs: new Float64Array(0), replyNs: new Float64Array(0) };
  let next = 0;
  const pass = (us: number) => {
    for (; next < events.length && events[next]!.us < us; next++)
      encoder.push({ ...none, events: [events[next]!.event] });
  };
  for (const { us, gpuMw, cpuMw } of samples) {
    pass(us);
    view.setInt32(offsetOf('hpwr1'), gpuMw, true);
    view.setInt32(offsetOf('eps1'), cpuMw, true);
    encoder.push({
      ...{ count: 1, frames: frame, events: [] },
      requestNs: Float64Array.of(us * 1000 - halfTripNs),
      replyNs: Float64Array.of(us * 1000 + halfTripNs),
    });
  }
  pass(Number.POSITIVE_INFINITY);
  const lastUs = endUs ?? samples.at(-1)?.us ?? 0;
  encoder.push({ ...none, events: [{ type: 'end', atNs: lastUs * 1000 + halfTripNs, reason: 'stopped' }] });
  encoder.flush();
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** Numbers that look random, 0 … 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A load that comes and goes, about 1 kHz, with gaps behind some samples. */
export function load(count: number, seed: number, gapsBehind: readonly number[] = [], firstUs = 700): Made[] {
  const next = random(seed);
  let us = firstUs;
  let [gpu, cpu] = [60_000, 20_000];
  return Array.from({ length: count }, (_, n) => {
    if (n > 0) us += 900 + Math.floor(200 * next()) + (gapsBehind.includes(n - 1) ? 180_000 : 0);
    if (next() < 0.01) gpu = 30_000 + Math.floor(300_000 * next());
    if (next() < 0.01) cpu = 10_000 + Math.floor(90_000 * next());
    return { us, gpuMw: gpu + Math.floor(900 * next()), cpuMw: cpu + Math.floor(300 * next()) };
  });
}

export interface MadePhase {
  readonly name: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly count?: number;
}

/** What `exec` says of one command, in the order in which it does. */
export function commandEvents(
  argv: readonly string[],
  [startUs, endUs]: readonly [number, number],
  phases: readonly MadePhase[],
  points: readonly { readonly name: string; readonly us: number }[] = [],
): { us: number; event: RecordingEvent }[] {
  const mark = (kind: Mark['kind'], name: string, us: number, count?: number): Mark => ({
    ...{ kind, name, count: count ?? null, atNs: us * 1000, uncertaintyNs: 0, line: 1 },
  });
  const marks = [
    ...phases.flatMap(({ name, fromUs, toUs, count }) => [
      mark('begin', name, fromUs),
      mark('end', name, toUs, count),
    ]),
    ...points.map(({ name, us }) => mark('point', name, us)),
  ].sort((a, b) => a.atNs - b.atNs);
  return [
    { us: 0, event: { type: 'experiment', atNs: 0, commands: 1, runs: 1, warmups: 0, idlePowerW: null } },
    { us: 0, event: { type: 'command', atNs: 0, command: 0, argv } },
    {
      us: startUs,
      event: {
        ...{ type: 'run-begin', atNs: startUs * 1000, run: 0, command: 0, number: 1, warmup: false, pid: 4 },
      },
    },
    ...marks.map((each) => ({
      us: each.atNs / 1000,
      event: { type: 'marks', run: 0, marks: [each] } satisfies RecordingEvent,
    })),
    {
      us: endUs,
      event: {
        ...{ type: 'run-end', atNs: endUs * 1000, run: 0, status: 'ok', exitCode: 0, signal: null },
        ...{ failure: null, problems: [], problemCount: 0 },
      },
    },
  ];
}

export const powerOf = {
  system: ({ gpuMw, cpuMw }: Made): number => gpuMw + cpuMw,
  gpu: ({ gpuMw }: Made): number => gpuMw,
  cpu: ({ cpuMw }: Made): number => cpuMw,
} as const;

/** The energy between two instants, J, on paper: trapezoids, the power at the ends interpolated. */
export function energyOnPaperJ(
  samples: readonly Made[],
  power: (made: Made) => number,
  fromUs: number,
  toUs: number,
): number {
  let joules = 0;
  for (let n = 1; n < samples.length; n++) {
    const [a, b] = [samples[n - 1]!, samples[n]!];
    const [from, to] = [Math.max(a.us, fromUs), Math.min(b.us, toUs)];
    if (from >= to) continue;
    const at = (us: number) => power(a) + ((power(b) - power(a)) / (b.us - a.us)) * (us - a.us);
    joules += ((at(from) + at(to)) / 2) * (to - from) * 1e-9;
  }
  return joules;
}
