import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { until } from '../feeds/waiting.js';
import type { Part } from '../parts.js';

/** A server of Debian's; its package would start a service of its own. */
export const debianServer = (program: string, pack = program): Part => ({
  name: program,
  install: `RUNLEVEL=1 apt-get install ${pack}`,
  isMissing: spawnSync(program, ['--version']).error !== undefined,
});

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
