import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { usageError } from '../../errors.js';
import { signalGroup } from '../../sensors/programs/groups.js';
import { printable } from '../../text.js';
import { pause } from '../../timer.js';
import type { Wave, Waves } from './waves.js';

/** After this long a load that was asked to end is killed, ms. */
const graceMs = 1000;
const lastWordsKept = 1000;

/** What plays a square wave until it is ended. */
export type Load = { readonly command: string } | 'cpu';

/**
 * Plays the waves one behind the other, with rests around.
 * @param signal ends it early, without an error
 * @throws UserError (usage) where the load ends by itself
 */
export async function playWaves(
  load: Load,
  { waves, restMs }: Waves,
  signal: AbortSignal,
  onWave: (wave: Wave, at: number) => void,
): Promise<void> {
  await pause(restMs, signal);
  for (const [n, wave] of waves.entries()) {
    if (signal.aborted) return;
    onWave(wave, n);
    await playWave(load, wave, signal);
    await pause(restMs, signal);
  }
}

async function playWave(load: Load, wave: Wave, signal: AbortSignal): Promise<void> {
  const child = start(load, wave);
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-lastWordsKept);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // What watches over it would keep its pipe open.
    child.once('exit', () => signalLoad(child, 'SIGKILL'));
    child.once('close', (code, by) => resolve(by === null ? `exit code ${code}` : `killed by ${by}`));
  });
  let early: string | undefined;
  const endedEarly = ended.then((how) => {
    early = how;
  });
  await pause(wave.forMs, signal, endedEarly);
  if (early === undefined) {
    await end(child, ended);
    return;
  }
  const words = printable(lastWords.trim().split('\n').at(-1) ?? '');
  const what = load === 'cpu' ? "powerlog's own load" : `--load ${load.command} ${wave.onMs} ${wave.offMs}`;
  throw usageError(
    `${what} ended by itself (${early}${words === '' ? '' : `: ${words}`}); it has to load and to rest in turns until it is ended`,
  );
}

function start(load: Load, { onMs, offMs }: Wave): ChildProcess {
  if (load === 'cpu')
    return spawn(process.execPath, [join(__dirname, 'cpu-load-worker.js'), String(onMs), String(offMs)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
  const line = `${load.command} ${onMs} ${offMs}`;
  if (process.platform === 'win32')
    return spawn(line, { shell: true, stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true });
  // Where powerlog ends, however that ends, its end of descriptor 3 closes, and all of the load goes with it.
  const script = `{ ${line}; } 3<&- & load=$!; { read -r _ <&3; kill -s KILL 0; } 2>/dev/null & exec 3<&-; wait $load`;
  return spawn('/bin/sh', ['-c', script], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  signalLoad(child, 'SIGTERM');
  const timer = setTimeout(() => signalLoad(child, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
  // What it started, and what watches over it.
  signalLoad(child, 'SIGKILL');
}

function signalLoad({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) signalGroup(pid, signal);
}
