import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { readCsv } from '../csv.js';
import { argsUntil, powerlog, powerlogUntil, words } from '../run.js';

/** How long: until the board and sensors have so many rows, or for a time. */
interface Length {
  readonly rows?: number;
  readonly of?: readonly string[];
  readonly forS?: number;
}

/** Records the simulator with sensors beside it into a folder of its own, and reads what came of it. */
export function recordWith(
  withs: readonly string[],
  {
    sys = '/nowhere',
    args = [],
    rows = 10,
    of = [],
    forS,
  }: Length & { readonly sys?: string; readonly args?: readonly string[] } = {},
) {
  const folder = scratch();
  const out = join(folder, 'run.csv');
  const asked = withs.flatMap((each) => ['--with', each]);
  const recording = words`record --port sim --out ${out} ${asked} ${args}`;
  const env = { POWERLOG_SYS: sys };
  const files = [out, ...of.map((id) => join(folder, `run.${id}.csv`))];
  const ran =
    forS === undefined
      ? powerlogUntil(files, recording, { rows, env })
      : powerlog([...recording, '--duration', `${forS}s`], undefined, env);
  return { folder, ...ran, ...readRecorded(folder) };
}

/** The summary of a folder, and the CSVs of sensors. */
export function readRecorded(folder: string) {
  const path = join(folder, 'run.summary.json');
  const summary = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  const track = (id: string) => summary.tracks.find((each: { id: string }) => each.id === id);
  const csv = (id: string) => readCsv(join(folder, `run.${id}.csv`));
  /** A column's cells as numbers; null where empty. */
  const cells = (id: string, name: string): (number | null)[] => {
    const { names, rows } = csv(id);
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`no ${name} in ${names.join()}`);
    return rows.map((row) => (row[at] === '' ? null : Number(row[at])));
  };
  const warned = (code: string): string[] =>
    summary.warnings.flatMap((each: { code: string; message: string }) =>
      each.code === code ? [each.message] : [],
    );
  return { summary, track, csv, cells, warned };
}

/** Waits for what has to come, however busy the machine is. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** A zombie is none: nobody is there to take note of its end in a container. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const counting = fileURLToPath(new URL('../../sensors/counting.mjs', import.meta.url));

/** Keeps counters counting until the test is over. */
export async function keepCounting(
  everyMs: number,
  step: number,
  files: readonly string[],
  wrap = 1e15,
): Promise<void> {
  const args = [counting, String(everyMs), String(step), String(wrap), ...files];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

/** Records as nobody where this is root, for what root alone may read, until there are rows. */
export async function asNobody(files: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv) {
  const uid = process.getuid?.() === 0 ? 65534 : undefined;
  const child = spawn(process.execPath, argsUntil(2, files, args), {
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

export function openFolder(): string {
  const folder = scratch();
  chmodSync(folder, 0o777);
  return folder;
}
