import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { captureHeader } from '#powerlog/capture/header.js';
import { ownMap } from '#powerlog/measure/rail-map.js';
import { fromRoot, powerlog } from '../workshop.js';
import { frameBytes } from './frames.js';

const benchlab = boardFor('benchlab')!;

export interface Injected {
  readonly kind: string;
  /** CLOCK_MONOTONIC, ns. */
  readonly atNs: number;
}

/** What a board sent and did, known once it has stopped. */
export interface BoardRecord {
  /** The true frames in order; request n was answered with frame n, over and over where they are fewer. */
  readonly frames: Buffer;
  /** Whether the frames start again at their end. */
  readonly over: boolean;
  readonly faults: readonly Injected[];
  /** Bytes that it received and that are none of the five reading commands. */
  readonly forbidden: number;
}

export interface RunningBoard {
  readonly port: string;
  /** How often it has been plugged in again so far. */
  replugs(): number;
  stop(): Promise<BoardRecord>;
}

export interface BoardOptions {
  readonly fault?: string;
  readonly latencyMs?: number;
  readonly seed: number;
  /** For how long an unplugged board is away. */
  readonly awayMs?: number;
}

/** Starts a board in a folder of its own, at a link that stays the same. */
export type StartBoard = (folder: string, options: BoardOptions) => Promise<RunningBoard>;

/** Frames enough that a reader who lost some cannot be taken for one who did not. */
const listFrames = 40_000;

/** `powerlog simulate`, fed with numbered frames that another program made. */
export const ownBoard: StartBoard = async (folder, { fault, latencyMs = 0, seed }) => {
  const [list, capture, report] = ['frames', 'frames.plog', 'report.json'].map((name) => join(folder, name));
  const made = spawnSync('python3', [fromRoot('bench/faults/frames.py'), String(listFrames), list!]);
  if (made.status !== 0) throw new Error(`frames.py failed: ${made.stderr}`);
  const frames = readFileSync(list!);
  writeFileSync(capture!, asCapture(frames));
  const link = join(folder, 'port');
  const child = start(
    process.execPath,
    [
      ...[powerlog, 'simulate', '--from', capture!, '--link', link, '--report', report!, '--force'],
      ...['--seed', String(seed), '--latency', `${latencyMs}ms`, ...(fault ? ['--fault', fault] : [])],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const replugs = counted(child.stderr!, /is back at/);
  await firstLine(child);
  return {
    port: link,
    replugs,
    async stop() {
      await end(child);
      const { faultInstants, unexpected } = JSON.parse(readFileSync(report!, 'utf8')) as {
        faultInstants: Injected[];
        unexpected: { count: number };
      };
      return { frames, over: true, faults: faultInstants, forbidden: unexpected.count };
    },
  };
};

/** The board model in Python, which shares nothing with powerlog. */
export const foreignBoard: StartBoard = async (folder, { fault, latencyMs = 0, seed, awayMs = 200 }) => {
  const log = join(folder, 'log');
  const link = join(folder, 'port');
  const child = start(
    'python3',
    [
      ...[
        fromRoot('test/peers/foreign_board.py'),
        '--link',
        link,
        '--log',
        log,
        '--fault-log',
        `${log}.faults`,
      ],
      ...['--seed', String(seed), '--latency', String(latencyMs), '--late', '300', '--away', String(awayMs)],
      ...(fault ? ['--fault', fault] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ports = counted(child.stdout!, /^\//);
  await firstLine(child);
  return {
    port: link,
    replugs: () => ports() - 1,
    async stop() {
      await end(child);
      const lines = readFileSync(`${log}.faults`, 'utf8').split('\n').filter(Boolean);
      const faults = lines.map((line) => JSON.parse(line) as { kind: string; ns: number });
      const received = readFileSync(`${log}.commands`);
      return {
        frames: readFileSync(`${log}.frames`),
        over: false,
        faults: faults.map(({ kind, ns }) => ({ kind, atNs: ns })),
        forbidden: received.filter((byte) => ![0x00, 0x01, 0x03, 0x0d, 0x0e].includes(byte)).length,
      };
    },
  };
};

function asCapture(frames: Buffer): Buffer {
  const identity = {
    ...{ id: benchlab.id, product: benchlab.product, productId: benchlab.productId },
    ...{ uid: null, name: null, firmware: null, port: 'numbered' },
  };
  const header = captureHeader(
    {
      board: benchlab,
      map: ownMap(benchlab),
      tool: { name: 'faults', version: '1' },
      host: {},
      accuracy: null,
    },
    { board: identity, startMonotonicNs: null, startUnixUs: null, timing: 'nominal' },
  );
  const parts: Uint8Array[] = [encodePreamble(header)];
  const encoder = new CaptureEncoder(frameBytes, (block) => parts.push(block));
  const count = frames.length / frameBytes;
  const instants = Float64Array.from({ length: count }, (_, n) => n * 1e6);
  encoder.push({ count, frames, requestNs: instants, replyNs: instants, events: [] });
  encoder.push({
    count: 0,
    frames: new Uint8Array(0),
    requestNs: new Float64Array(0),
    replyNs: new Float64Array(0),
    events: [{ type: 'end', atNs: count * 1e6, reason: 'source-ended' }],
  });
  return Buffer.concat(parts);
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program that does not outlive this one. */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** How many lines of a stream looked so, up to now. */
function counted(stream: Readable, looks: RegExp): () => number {
  let count = 0;
  createInterface({ input: stream }).on('line', (line) => {
    if (looks.test(line)) count++;
  });
  return () => count;
}

async function firstLine(child: ChildProcess): Promise<void> {
  const lines = createInterface({ input: child.stdout! });
  const early = once(child, 'exit').then(() => {
    throw new Error('the board ended before it said its port');
  });
  await Promise.race([once(lines, 'line'), early]);
  early.catch(() => {});
}

/** Ends a process as Ctrl-C does, and waits. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

/** Waits until something is there. */
export async function appears(path: string, limitMs = 20_000): Promise<void> {
  const giveUp = performance.now() + limitMs;
  while (!existsSync(path) && !lstatSync(path, { throwIfNoEntry: false })) {
    if (performance.now() > giveUp) throw new Error(`${path} did not appear`);
    await sleep(5);
  }
}
