import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { powerlog } from '../cli/run.js';
import { ForeignServer, influxPlan, influxQuery } from '../feeds/server.js';
import { testFolder, until } from '../feeds/waiting.js';
import { influxdb, needs } from '../parts.js';
import { startAgent, startBoard } from './bench.js';

const samplesIn = async (server: ForeignServer): Promise<number> => {
  const { rows } = await influxQuery(server, 'SELECT count(system_power_w) FROM powerlog').catch(() => ({
    rows: [],
  }));
  return Number(rows[0]?.[1] ?? 0);
};

describe('an agent with a database', needs(influxdb), () => {
  it('tells when the network is away, and loses nothing meanwhile, killed though it was', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port, '--name', 'desk 4');
    const server = await ForeignServer.open(influxPlan());
    const config = {
      ...{ bench: 'bench 7', ports: [port], rate_hz: 100, captures: { folder: 'captures', every: '1h' } },
      influx: { url: `${server.url}?precision=ns`, tags: { rack: 'b4' } },
    };
    await influxQuery(server, 'CREATE DATABASE powerlog');
    const first = await startAgent(folder, config);
    await first.is('ok');
    await until(async () => (await samplesIn(server)) > 100);
    await server.kill();
    expect(await first.is('no-network')).toMatchObject({ code: 503, boards: [{ power_w: 400 }] });
    const { samples } = (await first.health()).boards[0]!;
    await until(async () => (await first.health()).boards[0]!.samples > samples + 100);
    first.signal('SIGKILL');
    await first.ended;

    // Nothing is there of the first run's end but what it kept on the disk, and the second one sends it.
    const second = await startAgent(folder, config);
    await second.is('no-network');
    await server.start();
    await second.is('ok');
    await until(async () => (await samplesIn(server)) > samples + 200);
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
    const { rows } = await influxQuery(
      server,
      'SELECT count(system_power_w) FROM powerlog GROUP BY board, host, rack',
    );
    expect(rows).toHaveLength(1);
    const [, of] = /run .*: over, ([\d,]+) samples of desk 4/.exec(second.err())!;
    expect(await samplesIn(server)).toBeGreaterThanOrEqual(samples + Number(of!.replaceAll(',', '')));
    const tags = await influxQuery(
      server,
      'SHOW TAG VALUES FROM powerlog WITH KEY IN ("board","host","rack")',
    );
    expect(tags.rows).toEqual([
      ['board', 'desk 4'],
      ['host', 'bench 7'],
      ['rack', 'b4'],
    ]);
    const runs = await influxQuery(server, 'SHOW TAG VALUES FROM powerlog WITH KEY = "run"');
    expect(runs.rows).toHaveLength(2);
  });

  it('kept what `push` can write again, which changes nothing', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port, '--name', 'desk 4');
    const server = await ForeignServer.open(influxPlan());
    await influxQuery(server, 'CREATE DATABASE powerlog');
    const agent = await startAgent(folder, {
      ...{ bench: 'bench 7', ports: [port], captures: { folder: 'captures', every: '30d' } },
      influx: { url: `${server.url}?precision=ns`, rate_hz: 10 },
    });
    await until(async () => (await samplesIn(server)) > 5);
    agent.signal('SIGTERM');
    expect(await agent.ended).toBe(0);
    const points = 'SELECT * FROM powerlog';
    const { rows } = await influxQuery(server, points);
    const [capture, ...others] = readdirSync(join(folder, 'captures'));
    expect(others).toEqual([]);
    const { code, err } = powerlog([
      ...['push', join(folder, 'captures', capture!), '--influx', `${server.url}?precision=ns`],
      ...['--influx-rate', '10', '--tag', 'host=bench 7'],
    ]);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect((await influxQuery(server, points)).rows).toEqual(rows);
  });
});
