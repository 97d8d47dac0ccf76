import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCapture } from '#powerlog/capture/open.js';
import { powerlog } from '../workshop.js';
import { ownBoard } from './boards.js';
import { type Finding, medianAndLongest } from './findings.js';
import { startRecording } from './recording.js';

/** KILL falls within this after the outputs have been opened, ms. */
const withinMs = 2000;

/** `record` is killed at random instants; what is there is repaired, and CSV and capture must agree. */
export async function kill(folder: string, times: number, random: () => number): Promise<Finding> {
  const startMs = performance.now();
  const board = await ownBoard(folder, { seed: 3, latencyMs: 1 });
  const failures: string[] = [];
  const lossesMs: number[] = [];
  let repaired = 0;
  let samples = 0;
  let before = 0;
  let disagreeing = 0;
  for (let n = 0; n < times; n++) {
    const { child, csv, capture, began } = startRecording(folder, board.port, '--rate', '500');
    const exited = once(child, 'exit');
    await began;
    await sleep(random() * withinMs);
    const killedNs = Number(process.hrtime.bigint());
    child.kill('SIGKILL');
    await exited;
    if (!existsSync(capture) || readFileSync(capture).length === 0 || readFileSync(csv).length === 0) {
      before++; // killed between making the files and the first write
    } else {
      const codes = [csv, capture].map((path) => run('repair', path));
      const summaries = [csv, capture].map(() => existsSync(join(folder, 'run.summary.json')));
      const again = join(folder, 'again.csv');
      codes.push(run('replay', capture, '--out', again, '--force', '--quiet'));
      if (codes.some((code) => code !== 0) || !summaries.every(Boolean))
        failures.push(`kill ${n}: repair, repair and replay ended with ${codes.join(', ')}`);
      else {
        repaired++;
        const [own, replayed] = [csv, again].map((path) => readFileSync(path, 'utf8'));
        if (!own!.startsWith(replayed!) && !replayed!.startsWith(own!)) disagreeing++;
        const lasts = await Promise.all([lastRowNs(own!, capture), lastRowNs(replayed!, capture)]);
        for (const lastNs of lasts) lossesMs.push((killedNs - lastNs) / 1e6);
        samples += own!.split('\n').length - 2;
      }
    }
    for (const name of ['run.csv', 'run.plog', 'run.summary.json', 'again.csv', 'again.summary.json'])
      rmSync(join(folder, name), { force: true });
  }
  await board.stop();
  rmSync(folder, { recursive: true, force: true });
  const long = lossesMs.filter((ms) => ms > 1000).length;
  if (long > 0) failures.push(`${long} files had lost more than a second`);
  if (disagreeing > 0) failures.push(`${disagreeing} times CSV and capture disagreed`);
  return {
    group: 'kill',
    kind: 'KILL',
    samples,
    injected: times,
    detected: times,
    recovered: repaired + before,
    rowsWrong: disagreeing,
    lostBeyondGaps: long,
    recoveryMs: medianAndLongest(lossesMs),
    forbidden: 0,
    note:
      'the times are not of recovery: they say how old the last row was when KILL came, in the repaired CSV and capture alike' +
      (before > 0 ? `; ${before} times it came before the first byte was written` : ''),
    failures,
    tookS: (performance.now() - startMs) / 1000,
  };
}

const run = (...args: string[]): number | null =>
  spawnSync(process.execPath, [powerlog, ...args], { stdio: 'ignore' }).status;

/** The last row's instant on CLOCK_MONOTONIC; the recording's start where there is no row. */
async function lastRowNs(csv: string, capture: string): Promise<number> {
  const reader = await openCapture(capture);
  await reader.close();
  const [header, ...rows] = csv.trimEnd().split('\n');
  const last = rows.at(-1) ?? header!.replace(/.*/, '0');
  return Number(reader.header.start.monotonic_ns) + Number(last.split(',')[0]) * 1e9;
}
