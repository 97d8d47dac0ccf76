import { describe, expect, it } from 'vitest';
import { testFolder } from '../feeds/waiting.js';
import { freePort } from '../free-port.js';
import { needs } from '../parts.js';
import { dashboards } from './dashboards.js';
import { promql } from './promql.js';
import { linesOf, sampledRuns, systemPower } from './samples.js';
import { debianServer, startServer } from './server.js';
import { ShownDashboard, withoutData } from './stand-in.js';

describe('dashboards for VictoriaMetrics', needs(debianServer('victoria-metrics')), () => {
  it('get data from the real one for every query', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await startServer(
      'victoria-metrics',
      [
        `-storageDataPath=${testFolder()}`,
        `-httpListenAddr=${url.slice(7)}`,
        '-search.latencyOffset=0s',
        '-dedup.minScrapeInterval=1ms',
      ],
      `${url}/health`,
    );
    const toMs = Date.now();
    const runs = sampledRuns(toMs, true);
    const body = runs.flatMap((run) => [...linesOf(run)]).join('\n');
    expect((await fetch(`${url}/write?precision=ms`, { method: 'POST', body })).status).toBe(204);
    // What was written is searched a little later, unless it is asked for.
    await fetch(`${url}/internal/force_flush`);

    const database = promql(url, 1000);
    const shown = { fromMs: toMs - 4 * 3_600_000, toMs };
    const open = (name: string, picked?: Readonly<Record<string, string>>) =>
      ShownDashboard.open(dashboards[name]!, database, shown, picked);
    const run_a = '20260101T010000Z';
    const now = await open('victoriametrics-now', { run_a });
    expect(withoutData(await now.counts())).toEqual([]);
    const one = await open('victoriametrics-now', { run: run_a, run_a });
    expect(withoutData(await one.counts())).toEqual([]);
    const fleet = await open('victoriametrics-fleet', { silent_s: '3600' });
    expect(withoutData(await fleet.counts())).toEqual([]);

    const [first, second, last] = runs;
    expect([one.value('run_a'), one.value('run_b')]).toEqual([second!.run, last!.run]);
    expect(Number(one.value('shift_ms'))).toBe(second!.startMs - last!.startMs);
    const back = await open('victoriametrics-now', { run_a, run_b: first!.run });
    expect(Number(back.value('shift_ms'))).toBe(second!.startMs - first!.startMs);

    const powers = Array.from({ length: 600 }, (_, n) => systemPower(n));
    const [energy] = await database.ask(one.query('Energy', 'A'), toMs);
    expect(Number(energy!.value![1])).toBeCloseTo(
      powers.reduce((total, power) => total + power * 0.02, 0),
      6,
    );
    const silent = await database.ask(fleet.query('Who is silent', 'A'), toMs);
    expect(silent.map(({ metric }) => metric)).toEqual([{ board: 'b', host: 'beta' }]);
  });
});
