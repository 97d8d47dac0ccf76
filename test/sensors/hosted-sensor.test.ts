import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Agenda } from '#powerlog/sensors/process/agenda.js';
import { DoubtLog } from '#powerlog/sensors/process/doubt-log.js';
import { HostedSensor } from '#powerlog/sensors/process/hosted-sensor.js';
import { unpacked } from '#powerlog/sensors/process/rows.js';
import { SensorPrograms } from '#powerlog/sensors/programs/programs.js';
import type { AskedReader, SensorReader, TalkingReader } from '#powerlog/sensors/reader.js';
import type { SensorColumn } from '#powerlog/sensors/sensor.js';

const identity = { product: 'x', driver: null, devices: [], meaning: null };
const columns = (...names: readonly string[]): SensorColumn[] =>
  names.map((name) => ({ name, decimals: 3, quantity: 'power', title: name, partOf: null }));

const asked = (names: readonly string[], read: AskedReader['read']): AskedReader => ({
  ...{ identity, columns: columns(...names), usualPeriodMs: 100, shortestMs: 10, read, close: () => {} },
});

/** Hosts a sensor of a recording that began some time ago; when it is lost, `then` is what is found again. */
function host(reader: SensorReader, then: SensorReader = reader, begunS = 0) {
  const sensor = new HostedSensor(reader, {
    ...{ at: 0, intervalMs: null, programs: new SensorPrograms(), agenda: new Agenda() },
    doubts: new DoubtLog(),
    tryAlone: (look) => look(),
    reopen: async () => then,
  });
  onTestFinished(() => sensor.close());
  sensor.start(process.hrtime.bigint() - BigInt(begunS) * 1_000_000_000n);
  const rows: { readonly atMs: number; readonly values: readonly number[] }[] = [];
  /** All that came up to now. */
  return () => {
    const { count, latestNs, values } = unpacked(sensor.news(0));
    for (let n = 0; n < count; n++)
      rows.push({ atMs: latestNs[n]! / 1e6, values: values.map((column) => column[n]!) });
    return rows;
  };
}

/** Waits until it has so many rows, however busy the machine is. */
async function until(rows: () => readonly unknown[], count: number): Promise<void> {
  while (rows().length < count) await sleep(10);
}

describe('a sensor that came back', () => {
  it('is read as often as before, though what stood for it meanwhile was asked seldom', async () => {
    const absent: AskedReader = {
      ...asked(['a_w'], () => {
        throw new Error('gone');
      }),
      ...{ usualPeriodMs: 1000, shortestMs: 1000 },
    };
    const rows = host(
      absent,
      asked(['a_w'], (values) => void values.fill(1)),
    );
    await until(rows, 8);
    const spacings = rows().flatMap(({ atMs }, n, all) => (n > 1 ? [atMs - all[n - 1]!.atMs] : []));
    expect(Math.min(...spacings)).toBeLessThan(500);
  });

  it('may have more columns than it had, in another order', async () => {
    let count = 0;
    const first = asked(['a_w', 'b_w'], (values) => {
      if (++count > 3) throw new Error('gone');
      values.set([1, 2]);
    });
    const second = asked(['new_w', 'b_w', 'a_w'], (values) => void values.set([3, 2, 1]));
    const rows = host(first, second);
    await until(rows, 7);
    const [there, away] = [
      [1, 2],
      [Number.NaN, Number.NaN],
    ];
    // A process that was late has more of them at once.
    const [some, more] = [rows().slice(0, 7), rows().slice(7)].map((each) =>
      each.map(({ values }) => values),
    );
    expect(some).toEqual([there, there, there, away, there, there, there]);
    expect(more!.every((values) => String(values) === String(there))).toBe(true);
  });

  it('is silent as soon as any other, however long it was away', () => {
    let say = (_value: number, _atS: number): void => {};
    const begunS = 100;
    const originNs = process.hrtime.bigint() - BigInt(begunS) * 1_000_000_000n;
    const talking: TalkingReader = {
      ...{ identity, columns: columns('a_w'), close: () => {} },
      listen: (take) => {
        say = (value, atS) => take(Float64Array.of(value), originNs + BigInt(atS) * 1_000_000_000n);
      },
    };
    const rows = host(talking, talking, begunS);
    say(1, 1);
    say(Number.NaN, 2);
    say(2, 62);
    rows();
    expect(rows().map(({ values }) => values[0])).toEqual([1, Number.NaN, 2, Number.NaN]);
  });
});
