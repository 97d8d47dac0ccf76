import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Part } from '../parts.js';

/** A server of Debian's; its package would start a service of its own. */
export const debianServer = (program: string, pack = program): Part => ({
  name: program,
  install: `RUNLEVEL=1 apt-get install ${pack}`,
  isMissing: spawnSync(program, ['--version']).error !== undefined,
});

/** A folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-feeds-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

export interface RunningServer {
  readonly child: ChildProcess;
  said(): string;
}

/** Starts a server, and waits until it answers there with 2xx. */
export async function startServer(
  program: string,
  args: readonly string[],
  readyUrl: string,
): Promise<RunningServer> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => {
      said += more;
    });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${said}`);
    return (await fetch(readyUrl).catch(() => null))?.ok;
  });
  return { child, said: () => said };
}

/** Asks until there is something. */
export async function until<Value>(
  ask: () => Promise<Value>,
): Promise<Exclude<Value, null | undefined | false>> {
  for (;;) {
    const found = await ask();
    if (found) return found as Exclude<Value, null | undefined | false>;
    await sleep(50);
  }
}
