import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What the sketch's frames, compiled, did. */
export interface RigTold {
  readonly sent: number;
  readonly unexpected: number;
}

let compiled: string | undefined;

function program(): string {
  if (compiled) return compiled;
  compiled = join(mkdtempSync(join(tmpdir(), 'powerlog-rig-')), 'rig');
  const source = fileURLToPath(new URL('rig.c', import.meta.url));
  const made = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-o', compiled, source], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return compiled;
}

/** Starts one; it ends with the test. */
export async function startRig(...args: readonly string[]) {
  const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value as string;
  return {
    port,
    stop: async (): Promise<RigTold> => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const told = JSON.parse((await lines.next()).value as string) as RigTold;
      await exited;
      return told;
    },
  };
}
