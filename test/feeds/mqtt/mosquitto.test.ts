import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { mosquitto, needs } from '../../parts.js';
import { Program, rowsOf, until } from '../program.js';
import { Broker, Listener, spooled } from './broker.js';

const components = ['system', 'cpu', 'gpu', 'motherboard'];
const summaryOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));

/** How long a recording's rows reach, and their least and largest power. */
function reachOf(folder: string, component: string) {
  const rows = rowsOf(join(folder, 'run.csv'));
  const watts = rows.map((row) => Number(row[`${component}_power_w`]));
  const lengthS = Number(rows.at(-1)!.time_s) - Number(rows[0]!.time_s);
  return { lengthS, leastW: Math.min(...watts), largestW: Math.max(...watts) };
}

/** Whoever takes each message once has them all, and never one before another that belongs before it, but for repeats. */
function expectWhole(listener: Listener): Record<string, number>[] {
  const powers = listener.objects('power');
  const once = new Map<number, Record<string, number>>();
  powers.forEach((power, n) => {
    const before = n === 0 ? 0 : powers[n - 1]!.seq!;
    expect(power.seq).toBeLessThanOrEqual(before + 1);
    if (once.has(power.seq!)) expect(power).toEqual(once.get(power.seq!));
    once.set(power.seq!, power);
  });
  const whole = [...once.values()].sort((a, b) => a.seq! - b.seq!);
  expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, n) => n + 1));
  return whole;
}

describe('a recording tells a broker', needs(mosquitto), () => {
  it('its intervals, whose energies are those of the summary, its marks and its state', async () => {
    const broker = await Broker.open();
    const listener = await Listener.open(broker.url);
    const folder = scratch();
    const goes = join(folder, 'goes');
    const script = `const mark = (text) =>
      fs.appendFileSync(process.env.POWERLOG_MARKS, process.hrtime.bigint() + ' ' + text + '\\n');
    mark('begin a');
    const timer = setInterval(() => {
      if (!fs.existsSync(${JSON.stringify(goes)})) return;
      clearInterval(timer);
      mark('end a 10');
    }, 20);`;
    const feed = ['--mqtt', `${broker.url}/lab/power`, '--mqtt-interval', '200ms', '--columns', 'rails'];
    const run = new Program([
      ...words`exec --port sim:train --baseline 0 --out ${join(folder, 'run.csv')} ${feed} --`,
      ...[process.execPath, '-e', script],
    ]);
    await listener.hears('marks', () => true);
    await listener.hears('power', (text) => JSON.parse(text).seq > 2);
    writeFileSync(goes, '');
    expect(await run.ended, run.said).toBe(0);
    await listener.hears('state', (text) => text === 'offline');

    const summary = summaryOf(folder);
    const powers = expectWhole(listener);
    expect(powers.length).toBeGreaterThan(2);
    for (const name of components) {
      expect(powers.at(-1)![`${name}_energy_j`]).toBeCloseTo(summary.energy_j[name], 6);
      const ofMeans = powers.reduce((sum, each) => sum + each[`${name}_power_w`]! * each.interval_s!, 0);
      // Means are whole milliwatts, and leave out the gaps, of which a busy machine has some.
      const { lengthS, leastW, largestW } = reachOf(folder, name);
      const gapsS = Math.max(0, lengthS - powers.reduce((sum, each) => sum + each.interval_s!, 0));
      const gapsJ = summary.energy_j[name] - ofMeans;
      const roundedJ = 0.0006 * summary.duration_s + 1e-6 * powers.length * largestW;
      expect(gapsJ).toBeGreaterThan(leastW * gapsS - roundedJ);
      expect(gapsJ).toBeLessThan(largestW * gapsS + roundedJ);
      for (const each of powers) {
        expect(each[`${name}_power_w_min`]).toBeLessThanOrEqual(each[`${name}_power_w`]!);
        expect(each[`${name}_power_w_max`]).toBeGreaterThanOrEqual(each[`${name}_power_w`]!);
      }
    }
    expect(powers[0]).toMatchObject({
      eps1_voltage_v: expect.any(Number),
      hpwr1_power_w_max: expect.any(Number),
    });
    const { time_s, unix_time_s } = powers.at(-1)!;
    expect(unix_time_s! - time_s!).toBeCloseTo(summary.start_unix_s, 5);

    const [begin, end] = listener.objects('marks');
    expect([begin, end]).toMatchObject([
      { kind: 'begin', name: 'a', seq: 1 },
      { kind: 'end', name: 'a', seq: 2, count: 10 },
    ]);
    const [{ energy_j, spans }] = summary.phases;
    expect(end!.time_s).toBeCloseTo(spans[0].end_s, 5);
    for (const name of components)
      expect(end![`${name}_energy_j`]! - begin![`${name}_energy_j`]!).toBeCloseTo(energy_j[name], 6);

    expect(existsSync(join(folder, 'run.mqtt-spool'))).toBe(false);
    expect(listener.heard.every(({ topic }) => topic.startsWith('lab/power/'))).toBe(true);
    // Who comes later sees what is retained.
    const later = await Listener.open(broker.url, { clientId: 'later' });
    await later.hearsAll();
    expect(later.all('state')).toEqual(['offline']);
    expect(later.objects('latest')).toEqual([powers.at(-1)]);
    expect(later.objects('board')).toMatchObject([
      { product: 'BENCHLAB', uid: summary.board.uid, run: powers[0]!.run, interval_s: 0.2, components },
    ]);
    expect(later.heard.every(({ isRetained }) => isRetained)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'everything, over a restart of the broker by %s',
    async (signal) => {
      const broker = await Broker.open();
      const listener = await Listener.open(broker.url);
      const folder = scratch();
      const out = join(folder, 'run.csv');
      const recording = new Program(
        words`record --port sim:train --out ${out} --mqtt ${broker.url} --mqtt-interval 50ms`,
      );
      await listener.hears('power', (text) => JSON.parse(text).seq >= 10);
      await broker.stop(signal);
      await recording.says(/takes nothing \(.*what is recorded waits in .*run\.mqtt-spool until it does/);
      const last = listener.objects('power').at(-1)!.seq!;
      await broker.start();
      await recording.says(/takes messages again/);
      await listener.hears('power', (text) => JSON.parse(text).seq > last + 10);
      expect(await recording.end()).toBe(0);
      await listener.hears('state', (text) => text === 'offline');
      const summary = summaryOf(folder);
      expect(summary.warnings.filter(({ code }: { code: string }) => code.startsWith('mqtt'))).toEqual([]);
      // Its last will may have been heard before that. When its last sample was hangs on how busy the machine was.
      await listener.hears(
        'power',
        (text) => Math.abs(JSON.parse(text).system_energy_j - summary.energy_j.system) < 1e-6,
      );
      const powers = expectWhole(listener);
      expect(powers.at(-1)!.system_energy_j).toBeCloseTo(summary.energy_j.system, 6);
    },
  );

  it('nothing of a board that is not there', async () => {
    const broker = await Broker.open();
    const listener = await Listener.open(broker.url);
    const { code, err } = powerlog(words`exec --port /dev/no-board --mqtt ${broker.url} -- true`);
    expect(code, err).toBe(0);
    expect(powerlog(words`exec --port sim --baseline 0 --mqtt ${broker.url} -- true`).code).toBe(0);
    await listener.hears('state', (text) => text === 'offline');
    const boards = listener.heard.map(({ topic }) => topic.split('/').at(-2));
    expect(new Set(boards)).toEqual(new Set(['powerlog_simulator']));
  });

  it('by its last will that it is gone, of every board', async () => {
    const broker = await Broker.open();
    const listener = await Listener.open(broker.url);
    const out = join(scratch(), 'run.csv');
    const boards = ['--port', 'sim:train', '--port', 'sim:constant'];
    const recording = new Program(words`record ${boards} --out ${out} --mqtt ${broker.url}`);
    await listener.hears('power', () => true);
    await until(() => String(statesOf(listener)) === 'recording,recording');
    await recording.end('SIGKILL');
    await until(() => statesOf(listener).every((state) => state === 'offline'));
    const later = await Listener.open(broker.url, { clientId: 'later' });
    await until(() => later.all('state').length === 2);
    expect(statesOf(later)).toEqual(['offline', 'offline']);
  });

  it('nothing while it is away; what a killed recording left is told by push', async () => {
    const broker = await Broker.open({}, false);
    const out = join(scratch(), 'run.csv');
    const feed = ['--mqtt', broker.url, '--mqtt-interval', '50ms'];
    const recording = new Program(words`record --port sim:train --port sim:constant --out ${out} ${feed}`);
    const spool = out.replace('.csv', '.mqtt-spool');
    const boardsTold = ['powerlog_simulator/power', 'powerlog_simulator_2/power'];
    await until(() => boardsTold.every((topic) => spooled(spool).split(topic).length > 5));
    await recording.end('SIGKILL');
    await broker.start();
    const listener = await Listener.open(broker.url);
    const { code, err } = powerlog(words`push ${spool} --mqtt ${broker.url}`);
    expect(code, err).toBe(0);
    const [, told] = /([\d,]+) messages of .*run\.mqtt-spool are at mqtt:/.exec(err)!;
    const count = Number(told!.replaceAll(',', ''));
    expect(existsSync(spool)).toBe(false);
    await until(() => listener.heard.length >= count);
    const boards = new Map<string, number[]>();
    for (const { topic, text } of listener.heard)
      boards.set(topic, [...(boards.get(topic) ?? []), JSON.parse(text).seq]);
    expect([...boards.keys()].map((topic) => topic.split('/').slice(2).join('/')).sort()).toEqual(boardsTold);
    for (const seqs of boards.values()) expect(seqs).toEqual(seqs.map((_, n) => n + 1));
  });
});

/** The last that was heard of each. */
const statesOf = ({ heard }: Listener): string[] => [
  ...new Map(
    heard.filter(({ topic }) => topic.endsWith('/state')).map(({ topic, text }) => [topic, text]),
  ).values(),
];
