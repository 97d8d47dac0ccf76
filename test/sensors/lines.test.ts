import { describe, expect, it } from 'vitest';
import { formOf } from '#powerlog/sensors/command/lines.js';
import { meanColumns, programColumns } from '#powerlog/sensors/command/program-columns.js';

/** What lines come to: the columns' names, and the numbers of each reading. */
function read(...lines: readonly string[]) {
  const form = formOf(lines[0]!);
  if (!form) return null;
  const readings = lines.slice(form.header ? 1 : 0).map((line) => form.read(line));
  const columns = programColumns(readings[0]!);
  const names = [
    ...columns,
    ...meanColumns(columns.map(({ column }) => column)).map((column) => ({ column })),
  ];
  return {
    names: names.map(({ column }) => column.name),
    values: readings.map((texts) => texts && columns.map(({ source, read }) => read(texts.get(source)!))),
  };
}

describe('what a program prints', () => {
  it.each([
    ['12.5', ['power_w'], 12.5],
    ['12.5 W', ['power_w'], 12.5],
    ['1500 mW', ['power_w'], 1.5],
    ['.5kW', ['power_w'], 500],
    ['1.2e2', ['power_w'], 120],
    ['3600 J', ['energy_j', 'power_w'], 3600],
    ['2 Wh', ['energy_j', 'power_w'], 7200],
  ])('%s is a number, watts where it does not say', (line, names, value) => {
    expect(read(line)).toEqual({ names, values: [[value]] });
  });

  it.each([
    ['cpu=12.5W gpu=30', ['cpu_w', 'gpu'], [12.5, 30]],
    ['cpu_w=12.5, gpu_mw=30', ['cpu_w', 'gpu_w'], [12.5, 0.03]],
    ['Power: 12.5 W', ['power_w'], [12.5]],
    ['package power: 41.25 Watts, temp_c: 55', ['package_power_w', 'temp_c'], [41.25, 55]],
    ['energy=15 uJ', ['energy_j', 'power_w'], [15e-6]],
    ['gpu_power=[N/A] cpu_power=7', ['gpu_power_w', 'cpu_power_w'], [Number.NaN, 7]],
  ])('%s are pairs', (line, names, values) => {
    const found = read(line)!;
    expect(found.names).toEqual(names);
    const rounded = found.values[0]!.map((value) => Number(value!.toPrecision(12)));
    expect(rounded).toEqual(values);
  });

  it('JSON lines are objects, whose members may have members', () => {
    expect(
      read('{"gpu":{"power_w":12,"name":"x"},"cpu_mw":null}', '{"gpu":{"power_w":13},"cpu_mw":4}'),
    ).toEqual({
      names: ['gpu_power_w', 'cpu_w'],
      values: [
        [12, Number.NaN],
        [13, 0.004],
      ],
    });
  });

  it('a long line of words is no reading, and is not looked through for one', () => {
    expect(read('ab '.repeat(20_000))).toBeNull();
  });

  it('a header and rows are a table', () => {
    expect(
      read('timestamp, power.draw [W], "mem (mW)"', '1700000000.5, 12.25 W, 30', '1700000001.5, [N/A], 40'),
    ).toEqual({
      names: ['stamp_unix_s', 'power_draw_w', 'mem_w'],
      values: [
        [1700000000.5, 12.25, 0.03],
        [1700000001.5, Number.NaN, 0.04],
      ],
    });
  });

  it('its time is taken where it says of which zone it is', () => {
    expect(read('time=2026-11-26T04:00:00.250Z watts=3')).toEqual({
      names: ['stamp_unix_s', 'power_w'],
      values: [[Date.parse('2026-11-26T04:00:00.250Z') / 1000, 3]],
    });
    expect(read('time=2026-11-26T04:00:00 watts=3')!.names).toEqual(['power_w']);
    expect(read('time_s=12.5 watts=3')!.names).toEqual(['power_w']);
  });

  it.each(['', 'Starting up …', '# 12.5', 'error: no device', '{"a":', 'a,b,1'])(
    '%s is no reading',
    (line) => {
      const form = formOf(line);
      expect(form === undefined || form.header !== undefined).toBe(true);
    },
  );

  it('names that come twice, and those of the recording, become others', () => {
    expect(read('time_s_w=1 a-w=2 a.w=3')!.names).toEqual(['time_s_w', 'a_w', 'a_2_w']);
  });
});
