import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { influxConfig } from '../influxdb.js';
import { lastingPorts } from '../ports.js';
import type { Workshop } from '../workshop.js';
import { victoriaFlags } from './pages.js';

/** A column's points as a database has them, in its own order; stamps in µs (InfluxDB) or ms. */
export interface Series {
  readonly stamps: readonly number[];
  readonly watts: readonly number[];
}

/** A database of somebody else's, and what it is asked. */
export abstract class Database {
  abstract readonly name: string;
  readonly url: string;
  readonly #workshop: Workshop;
  readonly #folder: string;
  readonly #command: readonly string[];
  readonly #ready: string;
  #child: ChildProcess | null = null;

  protected constructor(
    workshop: Workshop,
    {
      port,
      folder,
      command,
      ready,
    }: { port: number; folder: string; command: readonly string[]; ready: string },
  ) {
    this.#workshop = workshop;
    this.#folder = folder;
    this.#command = command;
    this.#ready = ready;
    this.url = `http://127.0.0.1:${port}`;
  }

  abstract readonly version: string;
  /** Every point of these columns of a run. */
  abstract points(run: string, columns: readonly string[]): Promise<ReadonlyMap<string, Series>>;
  /** The one number that a query comes to. @param atMs the instant that it is asked for */
  abstract number(query: string, atMs: number): Promise<number>;

  /** With what it has kept. Resolves when it answers. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a');
    const child = this.#workshop.start(this.#command, ['ignore', log, log]);
    this.#child = child;
    while (!(await fetch(this.url + this.#ready).catch(() => null))?.ok) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(
          `${this.name} ended: ${readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2000)}`,
        );
      await sleep(50);
    }
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    const child = this.#child!;
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function ask(url: string, init?: RequestInit): Promise<string> {
  const reply = await fetch(url, init);
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${url}: HTTP ${reply.status}: ${text.slice(0, 500)}`);
  return text;
}

export class Influx extends Database {
  readonly name = 'InfluxDB';
  readonly version = firstMatch(spawnSync('influxd', ['version']).stdout, /v(\S+)/);

  static async open(workshop: Workshop): Promise<Influx> {
    const port = await lastingPorts(1);
    const folder = workshop.file('influx');
    mkdirSync(folder);
    const config = join(folder, 'influxdb.conf');
    writeFileSync(config, influxConfig(folder, port));
    const database = new Influx(workshop, {
      ...{ port, folder, ready: '/ping' },
      command: ['influxd', '-config', config],
    });
    await database.start();
    await database.#query('CREATE DATABASE powerlog');
    return database;
  }

  async points(run: string, columns: readonly string[]): Promise<ReadonlyMap<string, Series>> {
    const rows = await this.#query(`SELECT ${columns.join(', ')} FROM powerlog WHERE run = '${run}'`);
    // Name, tags and the time in ns, of which a double holds the µs; an empty cell is a column without a point there.
    return new Map(
      columns.map((column, n) => {
        const own = rows.filter((row) => row[3 + n] !== '');
        return [
          column,
          {
            stamps: own.map((row) => Number(row[2]!.replace(/000$/, ''))),
            watts: own.map((row) => Number(row[3 + n])),
          },
        ];
      }),
    );
  }

  async number(query: string): Promise<number> {
    const [row] = await this.#query(query);
    return Number(row?.[3] ?? Number.NaN);
  }

  async #query(text: string): Promise<string[][]> {
    const reply = await ask(`${this.url}/query?db=powerlog&epoch=ns`, {
      ...{ method: 'POST', headers: { accept: 'application/csv' } },
      body: new URLSearchParams({ q: text }),
    });
    const lines = reply.trimEnd().split('\n');
    if (lines[0]!.startsWith('error')) throw new Error(`${text}: ${reply}`);
    return lines.slice(1).map((line) => line.split(','));
  }
}

export class Victoria extends Database {
  readonly name = 'VictoriaMetrics';
  readonly version = firstMatch(
    spawnSync('dpkg-query', ['-W', '-f', '${' + 'Version}', 'victoria-metrics']).stdout,
    /(\S+)/,
  );

  static async open(workshop: Workshop): Promise<Victoria> {
    const port = await lastingPorts(1);
    const folder = workshop.file('victoria');
    mkdirSync(folder);
    const places = [`-storageDataPath=${folder}/data`, `-httpListenAddr=127.0.0.1:${port}`];
    const database = new Victoria(workshop, {
      ...{ port, folder, ready: '/health' },
      command: ['victoria-metrics', ...victoriaFlags, ...places, '-loggerLevel=ERROR'],
    });
    await database.start();
    return database;
  }

  async points(run: string, columns: readonly string[]): Promise<ReadonlyMap<string, Series>> {
    await ask(`${this.url}/internal/force_flush`);
    const match = `{__name__=~"powerlog_(${columns.join('|')})",run="${run}"}`;
    const query = new URLSearchParams({ 'match[]': match, start: '0', end: '4102444800' });
    const lines = (await ask(`${this.url}/api/v1/export?${query}`)).split('\n').filter(Boolean);
    const found = lines.map(
      (line) => JSON.parse(line) as { metric: { __name__: string }; timestamps: number[]; values: number[] },
    );
    return new Map(
      columns.map((column) => {
        // A second series of one name would be another board's, or host's, and its points stand there twice.
        const own = found.filter(({ metric }) => metric.__name__ === `powerlog_${column}`);
        return [
          column,
          {
            stamps: own.flatMap(({ timestamps }) => timestamps),
            watts: own.flatMap(({ values }) => values),
          },
        ];
      }),
    );
  }

  async number(query: string, atMs: number): Promise<number> {
    await ask(`${this.url}/internal/force_flush`);
    const text = await ask(
      `${this.url}/api/v1/query?${new URLSearchParams({ query, time: String(atMs / 1000) })}`,
    );
    const { data } = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    return data.result.length === 1 ? Number(data.result[0]!.value[1]) : Number.NaN;
  }
}

const firstMatch = (text: Buffer | null, pattern: RegExp): string =>
  pattern.exec(text?.toString() ?? '')?.[1] ?? 'of an unknown version';
