import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { influxdb, needs } from '../../parts.js';
import { captureOf, Program, rowsOf, until } from '../program.js';
import { ForeignServer, influxPlan, influxQuery } from '../server.js';

const powers = ['system_power_w', 'cpu_power_w', 'gpu_power_w', 'motherboard_power_w'];
type Row = readonly (string | number)[];

async function openInflux(withLogin = false): Promise<ForeignServer> {
  const server = await ForeignServer.open(influxPlan(withLogin));
  if (withLogin) await influxQuery(server, `CREATE USER lab WITH PASSWORD 'secret' WITH ALL PRIVILEGES`);
  await influxQuery(server, 'CREATE DATABASE powerlog', withLogin ? login : '');
  return server;
}
const login = '&u=lab&p=secret';

/** What a database has, in time's order: stamp in µs, and powers. */
async function pointsOf(server: ForeignServer, as = ''): Promise<Row[]> {
  const { rows } = await influxQuery(server, `SELECT ${powers.join(', ')} FROM powerlog`, as);
  return rows.map(([time, ...values]) => [...[String(time).replace(/000$/, ''), ...(values as number[])]]);
}

const countOf = async (server: ForeignServer): Promise<number> =>
  Number((await influxQuery(server, 'SELECT count(system_power_w) FROM powerlog')).rows[0]?.[1] ?? 0);

/** The same of a CSV. */
const recordedIn = (csv: string): Row[] =>
  rowsOf(csv).map((row) => [row.unix_time_s!.replace('.', ''), ...powers.map((name) => Number(row[name]))]);

const bytesIn = (folder: string): number =>
  existsSync(folder)
    ? readdirSync(folder).reduce(
        // What has arrived may be removed meanwhile.
        (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      )
    : 0;

const summaryOf = (csv: string) => JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8'));

describe('a recording into InfluxDB', needs(influxdb), () => {
  it('arrives sample by sample, once, in order, though the server is killed in the middle', async () => {
    const server = await openInflux();
    const csv = join(scratch(), 'run.csv');
    const run = new Program(
      words`record --port sim:square --out ${csv} --influx ${server.url} --tag rack=b4`,
    );
    await until(async () => (await countOf(server)) > 0);
    await server.kill();
    await run.says(/takes nothing \(ECONN/);
    await until(() => bytesIn(csv.replace(/csv$/, 'spool')) > 10_000);
    await server.start();
    await run.says(/takes lines again/);
    expect(await run.end()).toBe(0);
    expect(await pointsOf(server)).toEqual(recordedIn(csv));
    expect(summaryOf(csv).warnings.filter(({ code }: { code: string }) => code.startsWith('influx'))).toEqual(
      [],
    );
    expect(existsSync(csv.replace(/csv$/, 'spool'))).toBe(false);
    const { columns, rows } = await influxQuery(server, 'SELECT * FROM powerlog LIMIT 1');
    const tags = Object.fromEntries(columns.map((name, n) => [name, rows[0]![n]]));
    expect(tags).toMatchObject({
      board: 'powerlog simulator',
      rack: 'b4',
      run: expect.stringMatching(/^\d{8}T\d{6}Z$/),
    });
  });

  it('is finished by push when powerlog was killed, and pushed twice it is the same', async () => {
    const server = await openInflux();
    const folder = scratch();
    const [csv, capture, spool] = ['run.csv', 'run.plog', 'run.spool'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const run = new Program(
      words`record --port sim:square --out ${csv} --capture ${capture} --influx ${server.url}`,
    );
    await until(async () => (await countOf(server)) > 0);
    await server.kill();
    await run.says(/takes nothing/);
    const before = bytesIn(spool);
    await until(() => bytesIn(spool) > before + 20_000);
    await run.end('SIGKILL');
    await server.start();
    const arrived = await countOf(server);
    const pushed = powerlog(words`push ${spool} --influx ${server.url}`);
    expect([pushed.code, existsSync(spool)]).toEqual([0, false]);
    const recorded = recordedIn(csv);
    const points = await pointsOf(server);
    expect(points.length).toBeGreaterThan(arrived);
    // The kill came between one file's turn and another's.
    const both = Math.min(points.length, recorded.length);
    expect(points.slice(0, both)).toEqual(recorded.slice(0, both));
    for (let time = 0; time < 2; time++) {
      expect(powerlog(words`push ${capture} --influx ${server.url}`).code).toBe(0);
      const again = await pointsOf(server);
      expect(again.slice(0, recorded.length)).toEqual(recorded.slice(0, again.length));
      expect(again.length).toBeGreaterThanOrEqual(points.length);
    }
  });

  it('has joules that are those of the summary, of every sample and of means, over steps and spikes', async () => {
    const server = await openInflux();
    for (const profile of ['square', 'train', 'inference'] as const) {
      const capture = captureOf(profile, 30_000);
      const csv = join(scratch(), 'run.csv');
      expect(powerlog(words`replay ${capture} --out ${csv} --quiet`).code).toBe(0);
      const { energy_j: energyJ, power_w: powerW } = summaryOf(csv);
      const whole = words`push ${capture} --influx ${server.url} --tag run=${profile}`;
      expect(powerlog(whole).code).toBe(0);
      expect(powerlog([...whole.slice(0, -1), `run=${profile}-50`, '--influx-rate', '50']).code).toBe(0);
      for (const component of ['system', 'gpu']) {
        const field = `${component}_power_w`;
        const joules = async (query: string) => Number((await influxQuery(server, query)).rows[0]![1]);
        const ofSamples = await joules(`SELECT integral(${field}) FROM powerlog WHERE run = '${profile}'`);
        expect(Math.abs(ofSamples / energyJ[component] - 1)).toBeLessThan(1e-4);
        const ofMeans = await joules(
          `SELECT sum(j) FROM (SELECT ${field} * interval_s AS j FROM powerlog WHERE run = '${profile}-50')`,
        );
        expect(Math.abs(ofMeans / energyJ[component] - 1)).toBeLessThan(1e-5);
        const range = `SELECT max(${field}_max), min(${field}_min) FROM powerlog WHERE run = '${profile}-50'`;
        const [, max, min] = (await influxQuery(server, range)).rows[0]!;
        expect([max, min]).toEqual([powerW[component].max, powerW[component].min]);
        const { rows } = await influxQuery(
          server,
          `SELECT ${field}, ${field}_min, ${field}_max FROM powerlog WHERE run = '${profile}-50'`,
        );
        expect(
          rows.filter(
            ([, mean, low, high]) =>
              Number(mean) > Number(high) + 0.0015 || Number(mean) < Number(low) - 0.0015,
          ),
        ).toEqual([]);
      }
    }
  });

  it('has the marks and phases of a command, with what they cost', async () => {
    const server = await openInflux();
    const csv = join(scratch(), 'run.csv');
    // Each phase lasts until a sample of it is there.
    const script = `sampled() {
      now=$(date +%s.%N)
      until tail -n 1 '${csv}' | awk -F, -v now=$now '{ last = $2 } END { exit !(last + 0 > now + 0) }'; do sleep 0.05; done
    }
    printf 'begin "load, a=1"\\n' >> $POWERLOG_MARKS; sampled
    printf 'point here 3\\nend "load, a=1" 5\\nbegin open\\n' >> $POWERLOG_MARKS; sampled`;
    const ran = powerlog(
      words`exec --port sim:square --baseline 0 --out ${csv} --influx ${server.url} --quiet -- sh -c ${script}`,
    );
    expect(ran).toMatchObject({ code: 0 });
    const { columns, rows } = await influxQuery(server, 'SELECT * FROM powerlog_marks');
    const marks = rows.map((row) => Object.fromEntries(columns.map((name, n) => [name, row[n]])));
    expect(marks.map(({ kind, name, count }) => [kind, name, count]).sort()).toEqual([
      ['begin', 'load, a=1', null],
      ['begin', 'open', null],
      ['end', 'load, a=1', 5],
      ['phase', 'load, a=1', 5],
      ['phase', 'open', null],
      ['point', 'here', 3],
    ]);
    const { phases } = summaryOf(csv);
    for (const phase of phases.filter(({ name }: { name: string }) => name !== 'here')) {
      const told = marks.find(({ kind, name }) => kind === 'phase' && name === phase.name)!;
      expect(told.duration_s).toBeCloseTo(phase.duration_s, 6);
      expect(Number(told.system_energy_j) / phase.energy_j.system).toBeCloseTo(1, 6);
    }
    expect(await pointsOf(server)).toEqual(recordedIn(csv));
  });

  it('needs the right token, says so, shows none, and goes on', async () => {
    const server = await openInflux(true);
    const folder = scratch();
    const csv = join(folder, 'run.csv');
    const run = new Program(words`record --port sim:square --rate 100 --out ${csv} --influx ${server.url}`, {
      POWERLOG_INFLUX_TOKEN: 'lab:wrong-one',
    });
    await run.says(/refuses all \(HTTP 401: .*\): a good token comes from POWERLOG_INFLUX_TOKEN/);
    expect(await run.end()).toBe(0);
    expect(run.said).not.toContain('wrong-one');
    expect(run.said).not.toContain(Buffer.from('lab:wrong-one').toString('base64'));
    const [warning] = summaryOf(csv).warnings.filter(
      ({ code }: { code: string }) => code === 'influx-unsent',
    );
    expect(warning.message).toContain(`powerlog push ${join(folder, 'run.spool')} --influx ${server.url}`);
    const token = join(folder, 'token');
    writeFileSync(token, 'lab:secret\n');
    const wrong = powerlog(words`push ${join(folder, 'run.spool')} --influx ${server.url}`);
    expect([wrong.code, wrong.err]).toEqual([
      5,
      expect.stringMatching(/refuses all \(HTTP 401.*none was given/),
    ]);
    expect(
      powerlog(words`push ${join(folder, 'run.spool')} --influx ${server.url} --influx-token-file ${token}`)
        .code,
    ).toBe(0);
    expect(await pointsOf(server, login)).toEqual(recordedIn(csv));
  });

  it('takes names of any kind as they are', async () => {
    const server = await openInflux();
    const csv = join(scratch(), 'run.csv');
    const name = 'a "b", c=d \\ é\u{1F600} #e\\';
    const run = new Program([
      ...words`record --port ${`sim:constant,name=${name.replace(',', ';')}`} --rate 100 --out ${csv}`,
      ...['--quiet', '--influx', server.url, '--tag', `run=${name.replaceAll('\\', '')}`],
    ]);
    await until(async () => (await countOf(server)) > 0);
    expect([await run.end(), run.said]).toEqual([0, '']);
    const { columns, rows } = await influxQuery(server, 'SELECT * FROM powerlog');
    expect(rows.length).toBe(rowsOf(csv).length);
    const read = (key: string) => rows[0]![columns.indexOf(key)];
    expect(read('run')).toBe(name.replaceAll('\\', ''));
    expect(read('board')).toBe(summaryOf(csv).board.name.replaceAll('\\', '/'));
  });
});
