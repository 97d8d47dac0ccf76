import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program, for tests that talk with it while it runs. */
export const bin = fileURLToPath(new URL('../../bin/powerlog.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `powerlog` as a user does, and waits for its end. */
export function powerlog(args: readonly string[], input?: Uint8Array, env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [bin, ...args], {
    input: input ?? '',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}
