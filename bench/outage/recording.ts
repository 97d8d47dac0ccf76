import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { powerlog, type Workshop } from '../workshop.js';
import { type Recorded, recorded } from './samples.js';
import type { Database } from './servers.js';

export interface Summary {
  readonly energy_j: Readonly<Record<string, number>>;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface RecordingPlan {
  readonly name: string;
  readonly profile: string;
  readonly database: Database;
  readonly seconds: number;
  readonly options?: readonly string[];
}

/** Of a CSV that has rows. */
const someBytes = 10_000;

/** `powerlog record` of a simulated board with a CSV, a capture and a database, while it runs and when it has ended. */
export class Recording {
  readonly csv: string;
  readonly capture: string;
  readonly spool: string;
  readonly #workshop: Workshop;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  constructor(
    workshop: Workshop,
    readonly plan: RecordingPlan,
  ) {
    const { name, profile, database, seconds, options = [] } = plan;
    this.#workshop = workshop;
    [this.csv, this.capture, this.spool] = ['csv', 'plog', 'spool'].map((kind) =>
      workshop.file(`${name}.${kind}`),
    ) as [string, string, string];
    const files = ['--out', this.csv, '--capture', this.capture];
    this.#child = workshop.start(
      [
        ...[process.execPath, powerlog, 'record', '--port', `sim:${profile}`, '--duration', `${seconds}s`],
        ...[...files, '--influx', database.url, ...options],
      ],
      ['ignore', 'ignore', 'pipe'],
    );
    this.#child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.#said += piece;
    });
    this.#ended = once(this.#child, 'close');
  }

  /** Whether it has said that on standard error. */
  hasSaid(text: RegExp): boolean {
    return text.test(this.#said);
  }

  /** Resolves when samples are in its file. @throws Error where it ends instead */
  async begun(): Promise<void> {
    while ((statSync(this.csv, { throwIfNoEntry: false })?.size ?? 0) < someBytes) {
      if (this.#child.exitCode !== null) throw this.#failure();
      await sleep(50);
    }
  }

  /** Resolves when it has ended well. @throws Error where it ended otherwise */
  async ended(): Promise<Summary> {
    await this.#ended;
    if (this.#child.exitCode !== 0) throw this.#failure();
    return JSON.parse(readFileSync(this.csv.replace(/csv$/, 'summary.json'), 'utf8')) as Summary;
  }

  /** As a machine that loses its power. @throws Error where it had ended before */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null) throw this.#failure();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  read(): Recorded {
    return recorded(this.#workshop, this.csv, this.capture);
  }

  /** What a database calls it, where it was given no other name. */
  run({ startUnixUs }: Recorded): string {
    return new Date(startUnixUs / 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  }

  #failure(): Error {
    return new Error(`${this.plan.name} ended with ${this.#child.exitCode}: ${this.#said}`);
  }
}

/** `powerlog push`. @throws Error where not all has arrived */
export async function push(
  workshop: Workshop,
  what: string,
  { url }: Database,
  options: readonly string[] = [],
): Promise<void> {
  const child = workshop.start(
    [process.execPath, powerlog, 'push', what, '--influx', url, ...options],
    ['ignore', 'ignore', 'pipe'],
  );
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`powerlog push ${what} ended with ${child.exitCode}: ${said}`);
}
