import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { needs, victoriaMetrics } from '../../parts.js';
import { captureOf, Program, rowsOf, until } from '../program.js';
import { ForeignServer, victoriaExport, victoriaFlush, victoriaPlan } from '../server.js';

const system = '{__name__="powerlog_system_power_w"}';

const countOf = async (server: ForeignServer): Promise<number> =>
  (await victoriaExport(server, system))[0]?.values.length ?? 0;

/** An instant query, of which one number comes. */
async function query(server: ForeignServer, text: string, atS: number): Promise<number> {
  await victoriaFlush(server);
  const reply = await fetch(
    `${server.url}/api/v1/query?${new URLSearchParams({ query: text, time: String(atS) })}`,
  );
  const { data } = (await reply.json()) as { data: { result: { value: [number, string] }[] } };
  expect(data.result.length).toBe(1);
  return Number(data.result[0]!.value[1]);
}

/** Each series by name: stamp to value, and no stamp twice. */
async function seriesOf(
  server: ForeignServer,
  names: readonly string[],
  run = '.*',
): Promise<Map<string, number[][]>> {
  const found = await victoriaExport(server, `{__name__=~"powerlog_.*",run=~"${run}"}`);
  return new Map(
    names.map((name) => {
      const series = found.filter(({ metric }) => metric.__name__ === `powerlog_${name}`);
      expect(series.length).toBe(1);
      const { timestamps, values } = series[0]!;
      const points = timestamps.map((stamp, n) => [stamp, values[n]!]).sort((a, b) => a[0]! - b[0]!);
      expect(new Set(timestamps).size).toBe(timestamps.length);
      return [name, points];
    }),
  );
}

const warningsOf = (csv: string): string[] =>
  JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8')).warnings.map(
    ({ code }: { code: string }) => code,
  );

describe('a recording into VictoriaMetrics', needs(victoriaMetrics), () => {
  it('arrives as means of 10 ms, each once, though the server is killed and forgets what it had taken', async () => {
    const server = await ForeignServer.open(victoriaPlan);
    const folder = scratch();
    const [csv, capture] = ['run.csv', 'run.plog'].map((name) => join(folder, name)) as [string, string];
    const run = new Program(
      words`record --port sim:square --out ${csv} --capture ${capture} --influx ${server.url}`,
    );
    await run.says(/keeps whole milliseconds, too few for every sample: means of 10 ms are written/);
    await until(async () => (await countOf(server)) > 200);
    await server.kill();
    await run.says(/takes nothing/);
    await server.start();
    await run.says(/takes lines again/);
    expect(await run.end()).toBe(0);
    expect(warningsOf(csv).filter((code) => code.startsWith('influx'))).toEqual([]);
    // The same means, made of the capture.
    const names = ['system_power_w', 'gpu_power_w', 'system_power_w_max', 'gpu_power_w_min', 'interval_s'];
    const live = await seriesOf(server, names);
    expect(live.get('system_power_w')!.length).toBeGreaterThan(200);
    expect(
      powerlog(words`push ${capture} --influx ${server.url} --influx-rate 100 --tag run=again`).code,
    ).toBe(0);
    const again = await seriesOf(server, names, 'again');
    for (const name of names) expect(live.get(name)).toEqual(again.get(name));
    // And pushed under its own name it is what is there.
    expect(powerlog(words`push ${capture} --influx ${server.url} --influx-rate 100`).code).toBe(0);
    expect((await seriesOf(server, names, '\\\\d{8}T.*')).get('interval_s')).toEqual(live.get('interval_s'));
    const averaged = join(folder, 'means.csv');
    expect(
      powerlog(words`replay ${capture} --average 10ms --columns power --out ${averaged} --quiet`).code,
    ).toBe(0);
    const system = live.get('system_power_w')!.map(([, value]) => value);
    expect(system).toEqual(rowsOf(averaged).map((row) => Number(row.system_power_w)));
  });

  it('has every sample of a grid that milliseconds can tell apart', async () => {
    const server = await ForeignServer.open(victoriaPlan);
    const csv = join(scratch(), 'run.csv');
    const url = `${server.url}/api/v2/write?org=lab&bucket=power`;
    const run = new Program(words`record --port sim:square --rate 100 --out ${csv} --quiet --influx ${url}`);
    await until(async () => (await countOf(server)) > 50);
    expect([await run.end(), run.said]).toEqual([0, '']);
    const points = (await seriesOf(server, ['system_power_w'])).get('system_power_w')!;
    expect(points).toEqual(
      rowsOf(csv).map((row) => [
        Math.floor(Number(row.unix_time_s!.replace('.', '')) / 1000),
        Number(row.system_power_w),
      ]),
    );
  });

  it('has joules that are those of the summary, over steps and spikes', async () => {
    const server = await ForeignServer.open(victoriaPlan);
    for (const profile of ['square', 'train', 'inference'] as const) {
      const capture = captureOf(profile, 30_000);
      const csv = join(scratch(), 'run.csv');
      powerlog(words`replay ${capture} --out ${csv} --quiet`);
      const { energy_j: energyJ, start_unix_s: startS } = JSON.parse(
        readFileSync(csv.replace(/csv$/, 'summary.json'), 'utf8'),
      );
      expect(
        powerlog(words`push ${capture} --influx ${server.url} --influx-rate 50 --tag run=${profile}`).code,
      ).toBe(0);
      for (const component of ['system', 'gpu']) {
        const joules = await query(
          server,
          `avg_over_time(powerlog_${component}_power_w{run="${profile}"}[1m]) * sum_over_time(powerlog_interval_s{run="${profile}"}[1m])`,
          startS + 31,
        );
        expect(Math.abs(joules / energyJ[component] - 1)).toBeLessThan(1e-3);
      }
    }
  });
});
