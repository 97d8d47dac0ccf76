import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the model in C did, in its own words. */
export interface Told {
  /** Instant of set 0 on CLOCK_MONOTONIC; each one is `periodNs` later. */
  readonly t0Ns: bigint;
  readonly periodNs: number;
  readonly overwritten: number;
  readonly lostBytes: number;
  readonly resets: number;
  readonly unexpected: number;
}

export interface PowerSensor3 {
  readonly port: string;
  /** Ends it. */
  stop(): Promise<Told>;
}

let compiled: string | undefined;

/** The model in C, compiled once. */
function program(): string {
  if (compiled && existsSync(compiled)) return compiled;
  compiled = join(mkdtempSync(join(tmpdir(), 'powerlog-powersensor3-')), 'powersensor3');
  const source = fileURLToPath(new URL('powersensor3.c', import.meta.url));
  const { status, stderr } = spawnSync('cc', ['-O2', '-o', compiled, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`powersensor3.c does not compile: ${stderr}`);
  return compiled;
}

export async function startPowerSensor3(...args: readonly string[]): Promise<PowerSensor3> {
  const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = (await lines.next()).value as string;
  return {
    port,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const told = JSON.parse((await lines.next()).value as string);
      await exited;
      return {
        t0Ns: BigInt(told.t0_ns),
        periodNs: told.period_ns,
        overwritten: told.overwritten,
        lostBytes: told.lost_bytes,
        resets: told.resets,
        unexpected: told.unexpected,
      };
    },
  };
}
