import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder, until } from '../feeds/waiting.js';
import { freePort } from '../free-port.js';
import { needs } from '../parts.js';
import { dashboards } from './dashboards.js';
import { pushedBefore, scrapedBefore, servedNow } from './exposition.js';
import { promql } from './promql.js';
import { sampledRuns } from './samples.js';
import { debianServer, startServer } from './server.js';
import { ShownDashboard, withoutData } from './stand-in.js';

/** Serves what `--metrics` does. */
async function serve(text: () => string): Promise<number> {
  const server = createServer((_, reply) =>
    reply.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0; charset=utf-8').end(text()),
  ).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The real one, with a past, that scrapes a target every second. */
async function startPrometheus(past: string, target?: number): Promise<string> {
  const folder = testFolder();
  writeFileSync(join(folder, 'past.txt'), past);
  const blocks = [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    join(folder, 'past.txt'),
    join(folder, 'data'),
  ];
  const made = spawnSync('promtool', blocks, { encoding: 'utf8' });
  expect(made.status, made.stderr).toBe(0);
  const jobs = [
    {
      ...{ job_name: 'powerlog', scrape_interval: '1s', scrape_timeout: '1s' },
      static_configs: [{ targets: [`127.0.0.1:${target}`], labels: { instance: 'alpha:9709' } }],
    },
  ];
  // JSON is YAML too.
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({ scrape_configs: target === undefined ? [] : jobs }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  await startServer(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    `http://${address}/-/ready`,
  );
  return `http://${address}`;
}

describe('in PromQL, of the real Prometheus', needs(debianServer('prometheus')), () => {
  it('every query of the dashboards for what it scrapes gets data', async () => {
    const url = await startPrometheus(scrapedBefore(Math.floor(Date.now() / 1000)), await serve(servedNow));
    // As often as in the past that it was given.
    const database = promql(url, 30_000);
    const own = 'powerlog_energy_joules_total{job="powerlog",component="system"}';
    await until(async () => (await database.ask(`count_over_time(${own}[1m]) > 1`, Date.now())).length > 0);

    const toMs = Date.now();
    const shown = { fromMs: toMs - 4 * 3_600_000, toMs };
    const now = await ShownDashboard.open(dashboards['prometheus-now']!, database, shown);
    expect(withoutData(await now.counts())).toEqual([]);
    const [power] = await database.ask(now.query('Power', 'A'), toMs);
    expect(power!.value![1]).toBe('100');
    const fleet = await ShownDashboard.open(dashboards['prometheus-fleet']!, database, shown, {
      silent_s: '3600',
    });
    expect(withoutData(await fleet.counts())).toEqual([]);
    const boards = async (refId: string) =>
      (await database.ask(fleet.query('Who is silent', refId), toMs)).map(({ metric }) => metric.board);
    expect([await boards('A'), await boards('B')]).toEqual([['b'], ['c']]);
  });

  it('those for VictoriaMetrics get data too, as from Thanos, which asks in the same language', async () => {
    const toMs = Date.now();
    const database = promql(await startPrometheus(pushedBefore(toMs)), 1000);
    const shown = { fromMs: toMs - 4 * 3_600_000, toMs };
    const run_a = '20260101T010000Z';
    const now = await ShownDashboard.open(dashboards['victoriametrics-now']!, database, shown, { run_a });
    expect(withoutData(await now.counts())).toEqual([]);
    const [, second, last] = sampledRuns(toMs, true);
    expect(Number(now.value('shift_ms'))).toBe(second!.startMs - last!.startMs);
    const fleet = await ShownDashboard.open(dashboards['victoriametrics-fleet']!, database, shown, {
      silent_s: '3600',
    });
    expect(withoutData(await fleet.counts())).toEqual([]);
  });
});
