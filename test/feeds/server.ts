import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { influxConfig } from '../../bench/influxdb.js';
import { freePort } from '../free-port.js';

export interface ServerPlan {
  readonly program: string;
  readonly args: (folder: string, port: number) => readonly string[];
  /** Answers with a status below 500 when the server is ready. */
  readonly readyPath: string;
}

/** A server of somebody else's, with a folder of its own, for one test. */
export class ForeignServer {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'powerlog-server-'));
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(
    readonly plan: ServerPlan,
    readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param isRunning false where it is to be away at first */
  static async open(plan: ServerPlan, isRunning = true): Promise<ForeignServer> {
    const server = new ForeignServer(plan, await freePort());
    onTestFinished(async () => {
      await server.kill();
      rmSync(server.#folder, { recursive: true, force: true });
    });
    if (isRunning) await server.start();
    return server;
  }

  /** With what it kept in its folder. */
  async start(): Promise<void> {
    const child = spawn(this.plan.program, this.plan.args(this.#folder, this.port), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => {
        this.#said = (this.#said + piece.toString()).slice(-4000);
      });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${this.plan.program} ended: ${this.#said}`);
      const status = await fetch(this.url + this.plan.readyPath)
        .then(async (reply) => {
          await reply.arrayBuffer();
          return reply.status;
        })
        .catch(() => 599);
      if (status < 500) return;
      await sleep(20);
    }
  }

  /** KILL, as a machine that loses its power. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

export const influxPlan = (withLogin = false): ServerPlan => ({
  program: 'influxd',
  readyPath: '/ping',
  args: (folder, port) => {
    const path = join(folder, 'influxdb.conf');
    writeFileSync(path, influxConfig(folder, port, withLogin));
    return ['-config', path];
  },
});

export const victoriaPlan: ServerPlan = {
  program: 'victoria-metrics',
  readyPath: '/health',
  args: (folder, port) => [
    `-storageDataPath=${folder}/data`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-search.latencyOffset=0s',
    '-dedup.minScrapeInterval=1ms',
    '-retentionPeriod=100y',
    '-search.disableCache',
    '-loggerLevel=ERROR',
  ],
};

/** Asks InfluxDB, as InfluxQL has it; rows of the first series, times in ns. */
export async function influxQuery(
  { url }: Pick<ForeignServer, 'url'>,
  query: string,
  login = '',
): Promise<{ columns: string[]; rows: unknown[][] }> {
  const reply = await fetch(`${url}/query?db=powerlog&epoch=ns${login}`, {
    method: 'POST',
    body: new URLSearchParams({ q: query }),
  });
  const text = await reply.text();
  // Whole ns are more than a double holds.
  const { results, error } = JSON.parse(text.replace(/(?<=\[)(\d{19})(?=,)/g, '"$1"')) as {
    error?: string;
    results: { error?: string; series?: { columns: string[]; values: unknown[][] }[] }[];
  };
  const failure = error ?? results[0]?.error;
  if (failure) throw new Error(failure);
  const [series] = results[0]?.series ?? [];
  return { columns: series?.columns ?? [], rows: series?.values ?? [] };
}

/** Makes what it has taken found by those who ask. */
export const victoriaFlush = async ({ url }: Pick<ForeignServer, 'url'>): Promise<void> =>
  void (await (await fetch(`${url}/internal/force_flush`)).text());

/** Every point of a series in VictoriaMetrics, as it stands in the storage. */
export async function victoriaExport(
  { url }: Pick<ForeignServer, 'url'>,
  match: string,
): Promise<{ metric: Record<string, string>; values: number[]; timestamps: number[] }[]> {
  await victoriaFlush({ url });
  const query = new URLSearchParams({ 'match[]': match, start: '0', end: '4102444800' });
  const reply = await fetch(`${url}/api/v1/export?${query}`);
  const text = await reply.text();
  if (!reply.ok) throw new Error(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
