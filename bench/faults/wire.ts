import { rmSync } from 'node:fs';
import { foreignBoard, ownBoard } from './boards.js';
import type { Finding } from './findings.js';
import { captureBytes, readRows, readSaid, recordUntil } from './recording.js';
import { judge } from './verdict.js';

/** Of each board model; the slow ones first, since lanes run side by side. */
export const wireKinds = [
  'slow',
  'late',
  'silent',
  'short',
  'wrong',
  'drop',
  'repeat',
  'stray',
  'double',
  'garble',
] as const;

const boards = { ours: ownBoard, foreign: foreignBoard };

/** One recording with one kind of fault in it, `faults` times on the average and a little more. */
export async function wire(
  folder: string,
  board: 'ours' | 'foreign',
  kind: string,
  samples: number,
  faults: number,
): Promise<Finding> {
  const startMs = performance.now();
  const rate = (faults + 2.5 * Math.sqrt(faults)) / samples;
  const running = await boards[board](folder, { fault: `${kind}:${rate.toFixed(7)}`, seed: 7 });
  const recording = await recordUntil(folder, running.port, (bytes) => bytes >= captureBytes(samples));
  const sent = await running.stop();
  const said = await readSaid(recording);
  const verdict = judge(sent, await readRows(recording.csv, sent), said);
  rmSync(folder, { recursive: true, force: true });
  return { group: 'wire', board, kind, ...verdict, tookS: (performance.now() - startMs) / 1000 };
}

/** The board is unplugged again and again, and comes back under another name behind the same link. */
export async function unplug(folder: string, board: 'ours' | 'foreign', cycles: number): Promise<Finding> {
  const startMs = performance.now();
  const fault = board === 'ours' ? 'unplug:1200ms:150ms' : 'unplug:0.002';
  const running = await boards[board](folder, { fault, seed: 11, latencyMs: 1, awayMs: 150 });
  const recording = await recordUntil(folder, running.port, () => running.replugs() > cycles + 3);
  const sent = await running.stop();
  const said = await readSaid(recording);
  const verdict = judge(sent, await readRows(recording.csv, sent), said);
  rmSync(folder, { recursive: true, force: true });
  return {
    group: 'unplug',
    board,
    kind: 'unplug',
    ...verdict,
    note: 'the time to recover begins with the unplugging, so the 0.15 s that the board was away is in it',
    tookS: (performance.now() - startMs) / 1000,
  };
}
