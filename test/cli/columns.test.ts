import { describe, expect, it } from 'vitest';
import { powerlog, words } from './run.js';

const replay = (columns: string) =>
  powerlog(words`replay fixtures/synthetic.plog --out - -q --columns ${columns}`);
const headOf = (columns: string) => {
  const { code, out } = replay(columns);
  expect(code).toBe(0);
  return out.slice(0, out.indexOf('\n'));
};

describe('--columns', () => {
  it.each([
    ['time_s,gpu_power_w', 'time_s,gpu_power_w'],
    ['gpu_power_w, time_s', 'time_s,gpu_power_w'],
    ['unix_time_s', 'unix_time_s'],
    ['time_s,cpu_*,gpu_*', 'time_s,cpu_power_w,gpu_power_w'],
    ['slot_*', 'slot_voltage_v,slot_current_a,slot_power_w'],
    ['atx_?v_current_a,vdd_v', 'atx_5v_current_a,vdd_v'],
    ['vin1*,vin1?_v', 'vin1_v,vin10_v,vin11_v,vin12_v,vin13_v'],
    [
      'power,fan9*',
      'time_s,unix_time_s,system_power_w,cpu_power_w,gpu_power_w,motherboard_power_w,fan9_rpm,fan9_duty_pct',
    ],
  ])('%s', (columns, head) => {
    expect(headOf(columns)).toBe(head);
  });

  it('gives the cells of the whole table, in its order', () => {
    const cells = (columns: string) =>
      replay(columns)
        .out.trimEnd()
        .split('\n')
        .map((line) => line.split(','));
    const whole = cells('all');
    const wanted = ['unix_time_s', 'motherboard_power_w', 'eps2_current_a', 'temp1_c', 'fan3_rpm'];
    const places = wanted.map((name) => whole[0]!.indexOf(name));
    expect(cells([...wanted].reverse().join())).toEqual(
      whole.map((row) => places.map((place) => row[place])),
    );
    expect(cells('*')).toEqual(whole);
  });

  it('never writes a blank line, which readers skip: an only cell that is empty is quoted', () => {
    const { out } = powerlog(
      words`replay - --board benchlab --rate 10 -q --out - --columns unix_time_s`,
      frames(),
    );
    expect(out).toBe('unix_time_s\n""\n""\n');
  });

  it.each([
    ['gpu_power', /the BENCHLAB has no column 'gpu_power'; the nearest are gpu_power_w,/],
    ['time', /the BENCHLAB has no column 'time'; the nearest are time_s, unix_time_s/],
    ['time_s,slots_power_w', /the BENCHLAB has no column 'slots_power_w'; the nearest are slot_power_w/],
    ['pcie3_power_w', /the BENCHLAB has no column 'pcie3_power_w'; the nearest are pcie[12]_power_w/],
    ['gpu*_v', /the BENCHLAB has no column like 'gpu\*_v'; the nearest are /],
    ['some', /the BENCHLAB has no column 'some'/],
    ['time_s,,gpu_*', /is not a choice of columns/],
    ['', /is not a choice of columns/],
    ['time_s;gpu_power_w', /is not a choice of columns/],
  ])("'%s' is refused, with the nearest names", (columns, text) => {
    expect(replay(columns)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(text) });
  });
});

/** Two frames of a board with supply and nothing on its rails. */
function frames(): Uint8Array {
  const bytes = Buffer.alloc(2 * 216);
  for (const at of [0, 216]) bytes.writeUInt16LE(3300, at + 26);
  return bytes;
}
