import { spawnSync } from 'node:child_process';
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
    .flatMap((fault) => (fault.kind === 'overrun' ? [fault.samples] : []))
    .reduce((sum, samples) => sum + samples, 0);
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

/**
 * `--out -` into a pipe that is not read for so long that samples are lost to it, and then is read on. The capture beside it
 * must not lack one, and what the CSV lacks must be counted.
 */
export async function stalledReader(folder: string, stallS: number): Promise<Finding> {
  const startMs = performance.now();
  const board = await foreignBoard(folder, { seed: 6 });
  const [csv, capture, again] = ['run.csv', 'run.plog', 'again.csv'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const child = start(
    process.execPath,
    [powerlog, 'record', '--port', board.port, '--out', '-', '--capture', capture, '--quiet'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const told = Promise.race([once(child.stderr!, 'data').then(() => true), sleep(mostStallMs, false)]);
  await appears(capture);
  await sleep(1000 + stallS * 1000);
  const isTold = await told;
  const copied = once(child.stdout!.pipe(createWriteStream(csv)), 'finish');
  await sleep(2000);
  const code = await end(child);
  await copied;
  const sent = await board.stop();
  spawnSync(process.execPath, [powerlog, 'replay', capture, '--out', again, '--quiet']);
  const said = await readSaid({ csv, capture, code });
  const [rows, all] = [await readRows(csv, sent), await readRows(again, sent)];
  const verdict = judge(sent, all, said);
  const message = said.summary?.warnings.find((warning) => warning.code === 'sink-overrun')?.message;
  const lost = Number(/lacks (\d+) samples/.exec(message ?? '')?.[1] ?? 0);
  const overrun = said.faults.filter(({ kind }) => kind === 'overrun').length;
  const failures = [...verdict.failures];
  if (!isTold || lost === 0) failures.push('nothing was lost: the stall was too short for this machine');
  if (all.count !== said.summary?.samples || overrun > 0)
    failures.push(`the capture has ${all.count} of ${said.summary?.samples} samples`);
  if (rows.count + lost !== all.count)
    failures.push(`of ${all.count} samples, ${rows.count} were written and ${lost} counted as lost`);
  if (
    rows.frame.subarray(0, rows.count).some((frame, row) => frame < 0 || frame <= (rows.frame[row - 1] ?? -1))
  )
    failures.push('rows of the CSV are not what the board sent, in order');
  rmSync(folder, { recursive: true, force: true });
  return {
    group: 'load',
    kind: 'stopped reader',
    ...verdict,
    injected: 1,
    detected: lost > 0 ? 1 : 0,
    recovered: failures.length === 0 ? 1 : 0,
    failures,
    note: `a CSV into a pipe not read for ${stallS} s at full speed: the CSV lacks ${lost} samples, as its warning says; the capture beside it has all of them`,
    tookS: (performance.now() - startMs) / 1000,
  };
}

/** Longer than samples are waited for that a slow machine takes. */
const mostStallMs = 300_000;
