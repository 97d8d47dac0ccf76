import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot, powerlog } from '../workshop.js';
import { type Use, useOf } from './use.js';

export const components = ['system', 'cpu', 'gpu', 'motherboard'] as const;
/** What becomes of one interval in the database. */
export const fields = [
  'interval_s',
  ...components.flatMap((name) => [`${name}_power_w`, `${name}_power_w_min`, `${name}_power_w_max`]),
];

/** What an agent left behind. */
export interface Left {
  readonly host: string;
  readonly capture: string;
  /** By its own account. */
  readonly samples: number;
  /** From the signal to its end. */
  readonly endS: number;
}

interface ShippedConfig {
  readonly captures: object;
  readonly influx: object;
}

/** One simulated bench: `powerlog agent` with the configuration that ships with it, in its own folder, with a board of its own. */
export class Bench {
  readonly host: string;
  readonly #captures: string;
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
    const own = join(folder, this.host);
    mkdirSync(own);
    const shipped = JSON.parse(readFileSync(fromRoot('fleet/agent.json'), 'utf8')) as ShippedConfig;
    const config = {
      ...shipped,
      ...{ bench: this.host, ports: [`sim:train,seed=${n + 1},name=board${n}`], rate_hz: boardHz },
      // Means are of the same intervals in one capture as in the database: so long that no other one is begun on the hour.
      captures: { ...shipped.captures, folder: 'captures', every: '30d' },
      influx: { ...shipped.influx, url: `${url}?precision=ms`, rate_hz: meansHz },
      listen: { at: '127.0.0.1:0' },
    };
    this.#captures = join(own, 'captures');
    const file = join(own, 'agent.json');
    writeFileSync(file, JSON.stringify(config));
    this.#child = spawn(process.execPath, [powerlog, 'agent', '--config', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.#said += piece;
    });
    this.#ended = once(this.#child, 'close');
  }

  /** @throws Error where it has ended */
  use(): Use {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw this.#failure('has ended');
    return useOf(this.#child.pid!);
  }

  /** What its health check says is so; null where it does not answer. */
  async status(): Promise<string | null> {
    const [, url] = /health at (http:\S+\/health)/.exec(this.#said) ?? [];
    if (url === undefined) return null;
    return fetch(url).then(
      async (reply) => ((await reply.json()) as { status: string }).status,
      () => null,
    );
  }

  /** Ends it as systemd does. @throws Error where it does not end well, left something unsent, or kept other than one capture */
  async end(): Promise<Left> {
    const beganMs = performance.now();
    this.#child.kill('SIGTERM');
    await this.#ended;
    const endS = (performance.now() - beganMs) / 1000;
    if (this.#child.exitCode !== 0) throw this.#failure(`ended with ${this.#child.exitCode}`);
    if (existsSync(join(this.#captures, 'agent.spool'))) throw this.#failure('did not send all');
    const [capture, ...others] = readdirSync(this.#captures);
    const [, samples] = /over, ([\d,]+) samples? of /.exec(this.#said) ?? [];
    if (capture === undefined || others.length > 0 || samples === undefined)
      throw this.#failure(`kept ${[capture, ...others].join(', ')} instead of one capture`);
    return {
      ...{ host: this.host, endS, samples: Number(samples.replaceAll(',', '')) },
      capture: join(this.#captures, capture),
    };
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #failure(what: string): Error {
    return new Error(`${this.host} ${what}: ${this.#said.slice(-2000)}`);
  }
}
