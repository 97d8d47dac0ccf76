import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BoardProcess, startBoardProcess } from './board-process.js';

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

export interface ForeignBoard extends Omit<BoardProcess, 'stop'> {
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
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const logs = ['--log', log, '--fault-log', `${log}.faults`];
    const board = await startBoardProcess('python3', 'foreign_board.py', [...logs, ...args]);
    let record: Promise<ForeignRecord> | undefined;
    const stop = (): Promise<ForeignRecord> => {
      record ??= board.stop().then(() => {
        const found = readRecord(log);
        removeFolder();
        return found;
      });
      return record;
    };
    return { ...board, stop };
  } catch (error) {
    removeFolder();
    throw error;
  }
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
