import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Effort, type Findings, short, table } from './claims.js';
import { influxConfig } from './influxdb.js';
import { lastingPorts } from './ports.js';
import { type Estimate, median, pairedRatio } from './stats.js';
import { powerlog, type Workshop } from './workshop.js';

interface Run {
  readonly rateHz: number;
  readonly gaps: number;
  readonly cpuUs: number;
  readonly warnings: readonly string[];
}

const programs = ['influxd', 'prometheus', 'mosquitto'] as const;

/** What feeding a database, a broker and Prometheus costs a recording, all three at once, in turns with none. */
export async function feeds(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const absent = programs.filter((program) => !workshop.has(program));
  if (absent.length > 0) {
    workshop.missing.push(`what a recording feeds (no ${absent.join(', ')})`);
    return { claims: [], section: '' };
  }
  const port = await workshop.board(1);
  const [influx, metrics, mqtt] = await startServers(workshop);
  const all = ['--influx', influx, '--metrics', metrics, '--mqtt', mqtt];
  const [without, fed]: [Run[], Run[]] = [[], []];
  for (let turn = 0; turn < effort.repeats; turn++)
    for (const [runs, options] of [
      [without, []],
      [fed, all],
    ] as const) {
      say(`feeds, turn ${turn + 1} of ${effort.repeats}, ${options.length === 0 ? 'none' : 'all three'}`);
      runs.push(await run(workshop, port, options, effort.longSeconds));
    }
  const ratio = (figure: (run: Run) => number): Estimate => pairedRatio(fed.map(figure), without.map(figure));
  const most = (runs: readonly Run[], figure: (run: Run) => number) => Math.max(...runs.map(figure));
  const row = (name: string, runs: readonly Run[]) => [
    name,
    short(median(runs.map(({ rateHz }) => rateHz))),
    String(most(runs, ({ gaps }) => gaps)),
    short(median(runs.map(({ cpuUs }) => cpuUs))),
  ];
  return {
    claims: [
      {
        what: 'rate with all feeds over none',
        ...ratio(({ rateHz }) => rateHz),
        sense: 'at least',
        target: 0.99,
      },
      { what: 'gaps with all feeds', value: most(fed, ({ gaps }) => gaps), sense: 'at most', target: 0 },
      {
        what: 'CPU per sample with all feeds over none',
        ...ratio(({ cpuUs }) => cpuUs),
        sense: 'at most',
        target: 1.5,
      },
      {
        what: 'what the feeds warned of',
        value: most(fed, ({ warnings }) => warnings.length),
        sense: 'at most',
        target: 0,
      },
    ],
    section: [
      '## Databases, brokers, Prometheus',
      `Every sample to InfluxDB, a message a second to mosquitto, and Prometheus that scrapes every second, all on this machine: ${effort.longSeconds} s at 1 ms, in turns with none. CPU is all of powerlog's, its start and its threads included, not the servers'.`,
      table(
        ['a recording feeds', 'samples/s', 'gaps', 'CPU a sample, µs'],
        [row('nothing', without), row('all three', fed)],
      ),
    ].join('\n\n'),
  };
}

async function run(
  workshop: Workshop,
  port: string,
  options: readonly string[],
  seconds: number,
): Promise<Run> {
  const record = ['record', '--port', port, '--duration', `${seconds}s`, '--out', workshop.file('feeds.csv')];
  const { cpuS } = await workshop.measure([
    ...[process.execPath, powerlog, ...record],
    ...['--force', '--quiet', ...options],
  ]);
  const summary = JSON.parse(readFileSync(workshop.file('feeds.summary.json'), 'utf8')) as {
    readonly samples: number;
    readonly sample_rate_hz: number;
    readonly gaps: readonly unknown[];
    readonly warnings: readonly { readonly code: string }[];
  };
  return {
    rateHz: summary.sample_rate_hz,
    gaps: summary.gaps.length,
    cpuUs: (cpuS / summary.samples) * 1e6,
    warnings: summary.warnings.map(({ code }) => code).filter((code) => /^(influx|mqtt|metrics)/.test(code)),
  };
}

/** All on loopback. Resolves to what `record` is told. */
async function startServers(workshop: Workshop): Promise<[influx: string, metrics: string, mqtt: string]> {
  const influx = await lastingPorts(4);
  const [metrics, mqtt, own] = [influx + 1, influx + 2, influx + 3];
  const write = (name: string, lines: readonly string[]): string => {
    writeFileSync(workshop.file(name), `${lines.join('\n')}\n`);
    return workshop.file(name);
  };
  const silent = ['ignore', 'ignore', 'ignore'] as const;
  const config = write('influxdb.conf', [influxConfig(workshop.folder, influx)]);
  workshop.start(['influxd', '-config', config], [...silent]);
  const scrape = {
    scrape_configs: [
      {
        ...{ job_name: 'powerlog', scrape_interval: '1s' },
        static_configs: [{ targets: [`127.0.0.1:${metrics}`] }],
      },
    ],
  };
  const prometheusConfig = write('prometheus.yml', [JSON.stringify(scrape)]);
  workshop.start(
    [
      ...[
        'prometheus',
        `--config.file=${prometheusConfig}`,
        `--storage.tsdb.path=${workshop.file('scraped')}`,
      ],
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    [...silent],
  );
  const brokerConfig = write('mosquitto.conf', [`listener ${mqtt} 127.0.0.1`, 'allow_anonymous true']);
  workshop.start(['mosquitto', '-c', brokerConfig], [...silent]);
  const url = `http://127.0.0.1:${influx}`;
  for (const ready of [`${url}/ping`, `http://127.0.0.1:${own}/-/ready`])
    while (!(await fetch(ready).catch(() => null))?.ok) await sleep(100);
  await fetch(`${url}/query?q=${encodeURIComponent('CREATE DATABASE powerlog')}`, { method: 'POST' });
  return [url, `127.0.0.1:${metrics}`, `mqtt://127.0.0.1:${mqtt}`];
}
