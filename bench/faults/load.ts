import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { powerlog } from '../workshop.js';
import { appears, end, foreignBoard, ownBoard, start } from './boards.js';
import type { Finding } from './findings.js';
import { readRows, readSaid, recordUntil } from './recording.js';
import { judge } from './verdict.js';

/** Every core is busy with something else; a board that answers in 1 ms is recorded meanwhile. */
export async function busyCores(folder: string, seconds: number): Promise<Finding> {
  const startMs = performance.now();
  const board = await ownBoard(folder, { seed: 5, latencyMs: 1 });
  const loops = cpus().map(() => start(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  let until = Number.POSITIVE_INFINITY;
  const recording = await recordUntil(folder, board.port, () => {
    if (until === Number.POSITIVE_INFINITY) until = performance.now() + seconds * 1000;
    return performance.now() >= until;
  });
  for (const loop of loops) loop.kill('SIGKILL');
  const sent = await board.stop();
  const said = await readSaid(recording);
  const verdict = judge(sent, await readRows(recording.csv, sent), said);
  const overrun = said.faults
    .filter(({ kind }) => kind === 'overrun')
    .reduce((sum, { count }) => sum + count, 0);
  rmSync(folder, { recursive: true, force: true });
  return {
    group: 'load',
    kind: `all ${cpus().length} cores busy`,
    ...verdict,
    injected: 1,
    detected: 1,
    recovered: verdict.failures.length === 0 ? 1 : 0,
    note: `${seconds} s; ${overrun} samples could not be kept, ${said.summary?.gaps.length} gaps, coverage ${((said.summary?.coverage ?? 0) * 100).toFixed(2)} %`,
    tookS: (performance.now() - startMs) / 1000,
  };
}

/** `--out -` into a pipe that is not read for so long that everything fills up, and then is read on. */
export async function stalledReader(folder: string, stallS: number): Promise<Finding> {
  const startMs = performance.now();
  const board = await foreignBoard(folder, { seed: 6 });
  const [csv, capture] = [join(folder, 'run.csv'), join(folder, 'run.plog')];
  const child = start(
    process.execPath,
    [powerlog, 'record', '--port', board.port, '--out', '-', '--capture', capture, '--quiet'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await appears(capture);
  await sleep(1000);
  await sleep(stallS * 1000);
  const copied = once(child.stdout!.pipe(createWriteStream(csv)), 'finish');
  await sleep(2000);
  const code = await end(child);
  await copied;
  const sent = await board.stop();
  const said = await readSaid({ csv, capture, code });
  const rows = await readRows(csv, sent);
  const verdict = judge(sent, rows, said);
  const counted = said.faults
    .filter(({ kind }) => kind === 'overrun')
    .reduce((sum, { count }) => sum + count, 0);
  const asked = rows.count === 0 ? 0 : rows.frame[rows.count - 1]! + 1;
  const failures = [...verdict.failures];
  if (counted === 0) failures.push('nothing overran: the stall was too short for this machine');
  if (asked !== rows.count + counted)
    failures.push(`${asked} frames were asked for, ${rows.count} written and ${counted} counted as lost`);
  rmSync(folder, { recursive: true, force: true });
  return {
    group: 'load',
    kind: 'stopped reader',
    ...verdict,
    injected: 1,
    detected: counted > 0 ? 1 : 0,
    recovered: failures.length === 0 ? 1 : 0,
    failures,
    note: `a pipe not read for ${stallS} s at full speed: ${counted} samples were counted as not kept, and those alone are missing`,
    tookS: (performance.now() - startMs) / 1000,
  };
}
