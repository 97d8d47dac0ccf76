import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SensorColumn, SensorIdentity } from '#powerlog/sensors/sensor.js';

export interface Asked {
  readonly identity: SensorIdentity;
  readonly columns: readonly SensorColumn[];
  /** Null where a cell is empty; a text where nothing could be read. */
  readonly rows: readonly (readonly (number | null)[] | string)[];
  readonly told: readonly string[];
  /** Where it could not be opened. */
  readonly trouble?: string;
}

const program = fileURLToPath(new URL('ask.mjs', import.meta.url));

/** Reads a kind of sensor some times, in a process with an environment of its own. */
export function ask(choice: string, readings: number, env: NodeJS.ProcessEnv = {}): Asked {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, choice, String(readings)], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0 || stdout === '') throw new Error(`ask.mjs ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Asked;
}

/** One row as an object, by the names of the columns. */
export function cells({ columns, rows }: Asked, row: number): Record<string, number | null> {
  const values = rows[row];
  if (values === undefined || typeof values === 'string') throw new Error(`row ${row}: ${values}`);
  return Object.fromEntries(columns.map(({ name }, n) => [name, values[n]!]));
}
