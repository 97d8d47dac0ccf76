import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../feeds/waiting.js';
import { freePort } from '../free-port.js';
import { needs } from '../parts.js';
import { dashboards } from './dashboards.js';
import { influx } from './influx.js';
import { linesOf, sampledRuns, systemPower } from './samples.js';
import { debianServer, startServer } from './server.js';
import { ShownDashboard, withoutData } from './stand-in.js';

async function startInfluxDb(): Promise<string> {
  const folder = testFolder();
  const address = `127.0.0.1:${await freePort()}`;
  const config = `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "${address}"
[monitor]
  store-enabled = false
`;
  writeFileSync(join(folder, 'influxdb.conf'), config);
  await startServer('influxd', ['-config', join(folder, 'influxdb.conf')], `http://${address}/ping`);
  return `http://${address}`;
}

describe('dashboards for InfluxDB', needs(debianServer('influxd', 'influxdb')), () => {
  it('get data from the real one for every query', async () => {
    const url = await startInfluxDb();
    await fetch(`${url}/query?q=CREATE%20DATABASE%20powerlog`, { method: 'POST' });
    const toMs = Date.now();
    const runs = sampledRuns(toMs, false);
    const body = runs.flatMap((run) => [...linesOf(run)]).join('\n');
    const written = await fetch(`${url}/write?db=powerlog&precision=ms`, { method: 'POST', body });
    expect(written.status, await written.text()).toBe(204);

    const database = influx(url, 'powerlog');
    const shown = { fromMs: toMs - 4 * 3_600_000, toMs };
    const open = (name: string, picked?: Readonly<Record<string, string>>) =>
      ShownDashboard.open(dashboards[name]!, database, shown, picked);
    const all = await open('influxdb-now');
    expect(all.value('board')).toBe('Bench A/1');
    expect([all.value('run_a'), all.value('run_b')]).toEqual(['last', '20260101T010000Z']);
    expect(withoutData(await all.counts())).toEqual([]);
    const means = await open('influxdb-now', { run: '20260101T010000Z' });
    expect(withoutData(await means.counts())).toEqual([]);
    const fleet = await open('influxdb-fleet', { silent_s: '3600' });
    expect(withoutData(await fleet.counts())).toEqual([]);

    // Of means, joules are sums; the integral over samples is the trapezoids between them.
    const powers = Array.from({ length: 600 }, (_, n) => systemPower(n));
    const sum = powers.reduce((total, power) => total + power * 0.02, 0);
    const [ofMeans] = await database.ask(means.query('Energy, of means', 'A'));
    expect(ofMeans!.values[0]![ofMeans!.columns.indexOf('system')]).toBeCloseTo(sum, 6);
    const [integral] = await database.ask((await open('influxdb-now', { run: 'last' })).query('Energy', 'A'));
    expect(integral!.values[0]![1]).toBeCloseTo(sum - (powers[0]! + powers.at(-1)!) * 0.01, 6);

    // Two runs on one axis: each second since its own beginning, whenever that was.
    const overlay = await open('influxdb-now', { step: '10ms' });
    for (const [refId, run] of [
      ['A', 'last'],
      ['B', '20260101T010000Z'],
    ] as const) {
      const [one] = await database.ask(overlay.query('Run A and run B, from their beginnings', refId));
      expect(one!.columns).toEqual(['time', 'time_s', run]);
      expect(one!.values).toHaveLength(599);
      for (const [n, [, time, power]] of one!.values.entries()) {
        expect(time).toBeCloseTo((n + 1) / 50, 6);
        expect(power).toBeCloseTo(systemPower(n + 1), 6);
      }
    }
    const [silent] = await database.ask(fleet.query('Who is silent', 'A'));
    expect(silent!.tags).toEqual({ board: 'b', host: 'beta' });
  });
});
