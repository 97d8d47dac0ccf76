import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** For `describe.runIf`: the peer needs Python 3 and a system with pseudo-terminals. */
export const hasForeignBoard =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import tty']).status === 0;

export const foreignFrameBytes = 216;

export interface ForeignFault {
  /** The frame that should have been the answer, counted from 0 in the order of `sent`. */
  readonly frame: number;
  readonly kind: string;
  /** CLOCK_MONOTONIC, ns. */
  readonly ns: number;
  readonly end_ns: number;
}

/** What the board saw and did, known once it has stopped. */
export interface ForeignRecord {
  /** Every byte that it received, in order. */
  readonly received: Buffer;
  /** The true frame of every READ_SENSORS request, in order, whether or not a fault spoiled the reply. */
  readonly sent: readonly Buffer[];
  readonly faults: readonly ForeignFault[];
}

export interface ForeignBoard {
  readonly port: string;
  readonly pid: number;
  /** The path of the port it got on being plugged in again, after an `unplug`. */
  nextPort(): Promise<string>;
  /** Ends it; safe to call twice. */
  stop(): Promise<ForeignRecord>;
}

/**
 * Starts `foreign_board.py` with the given arguments, `--log` and `--fault-log` added, and waits for its port.
 * @throws Error where it ends before it says one.
 */
export async function startForeignBoard(...args: readonly string[]): Promise<ForeignBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'foreign-board-'));
  const log = join(folder, 'log');
  const script = fileURLToPath(new URL('foreign_board.py', import.meta.url));
  const child = spawn('python3', [script, '--log', log, '--fault-log', `${log}.faults`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ports = portLines(lines);
  const nextPort = async (): Promise<string> => {
    const { value, done } = await ports.next();
    if (done) throw new Error(`the foreign board ended: ${complaint.trim()}`);
    return value;
  };

  let record: Promise<ForeignRecord> | undefined;
  const stop = (): Promise<ForeignRecord> => {
    record ??= (async () => {
      await ended(child, exited);
      lines.close();
      const found = readRecord(log);
      rmSync(folder, { recursive: true, force: true });
      return found;
    })();
    return record;
  };

  try {
    return { port: await nextPort(), pid: child.pid ?? -1, nextPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lines that are a path; the last line, the counts, is none. */
async function* portLines(lines: Interface): AsyncGenerator<string, void> {
  for await (const line of lines) if (line.startsWith('/')) yield line;
}

async function ended(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await exited;
}

function readRecord(log: string): ForeignRecord {
  const read = (suffix: string) => (existsSync(log + suffix) ? readFileSync(log + suffix) : Buffer.alloc(0));
  const frames = read('.frames');
  const sent: Buffer[] = [];
  for (let at = 0; at < frames.length; at += foreignFrameBytes)
    sent.push(frames.subarray(at, at + foreignFrameBytes));
  const faults = read('.faults').toString('utf8').split('\n').filter(Boolean);
  return {
    received: read('.commands'),
    sent,
    faults: faults.map((line) => JSON.parse(line) as ForeignFault),
  };
}
