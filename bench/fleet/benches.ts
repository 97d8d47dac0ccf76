import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { powerlog } from '../workshop.js';

/** What a bench wrote, by its own file. */
export interface Written {
  readonly host: string;
  readonly stampsMs: readonly number[];
  /** By the field's name, for those that the file has too. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export const components = ['system', 'cpu', 'gpu', 'motherboard'] as const;
/** What becomes of one interval in the database. */
export const fields = [
  'interval_s',
  ...components.flatMap((name) => [`${name}_power_w`, `${name}_power_w_min`, `${name}_power_w_max`]),
];

/** One simulated bench: `powerlog record` that writes its means into a file and into the database. */
export class Bench {
  readonly host: string;
  readonly #csv: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = '';

  /** @param n decides its name, and what its board measures */
  constructor(
    folder: string,
    url: string,
    n: number,
    { boardHz, meansHz }: { boardHz: number; meansHz: number },
  ) {
    this.host = `bench${n}`;
    this.#csv = join(folder, `${this.host}.csv`);
    const args = [
      ...['record', '--port', `sim:train,seed=${n + 1},name=board${n}`, '--rate', String(boardHz)],
      ...['--columns', 'power', '--average', `${1000 / meansHz}ms`, '--out', this.#csv, '--quiet'],
      ...['--influx', url, '--influx-rate', String(meansHz), '--tag', `host=${this.host}`],
    ];
    this.#child = spawn(process.execPath, [powerlog, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.#said = (this.#said + piece).slice(-2000);
    });
    this.#ended = once(this.#child, 'close');
  }

  /** Ends the recording well, and gives what it wrote. @throws Error where it ended otherwise, or kept points for itself */
  async end(): Promise<Written> {
    this.#child.kill('SIGINT');
    await this.#ended;
    const summary = this.#csv.replace(/csv$/, 'summary.json');
    if (this.#child.exitCode !== 0)
      throw new Error(`${this.host} ended with ${this.#child.exitCode}: ${this.#said}`);
    const { warnings } = JSON.parse(readFileSync(summary, 'utf8')) as { warnings: { code: string }[] };
    const kept = warnings.find(({ code }) => /influx|feed|spool/.test(code));
    if (kept) throw new Error(`${this.host}: ${JSON.stringify(kept)}`);
    return { host: this.host, ...rowsOf(this.#csv) };
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function rowsOf(csv: string): Omit<Written, 'host'> {
  const [head, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n');
  const names = head!.split(',');
  const rows = lines.map((line) => line.split(',').map(Number));
  const column = (name: string) => rows.map((row) => row[names.indexOf(name)]!);
  const [middles, widths] = [column('unix_time_s'), column('interval_s')];
  return {
    // A row of the file stands in its interval's middle, a point at its end.
    stampsMs: middles.map((at, row) => (at + widths[row]! / 2) * 1000),
    values: Object.fromEntries(
      fields.filter((name) => names.includes(name)).map((name) => [name, column(name)]),
    ),
  };
}
