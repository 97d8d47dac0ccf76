import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { type ColumnSet, channelsOf, csvColumns } from '#powerlog/sink/columns.js';
import { benchlabMap } from '../benchlab-map.js';

const benchlab = boardFor('benchlab')!;

const names = (set: ColumnSet, map = benchlabMap) =>
  csvColumns(benchlab, resolveWiring(benchlab, map), set).map(({ name }) => name);

const times = ['time_s', 'unix_time_s'];
const sums = ['system_power_w', 'cpu_power_w', 'gpu_power_w', 'motherboard_power_w'];
const rails = 'eps1 eps2 atx_3v3 atx_5v atx_5vsb atx_12v pcie1 pcie2 pcie3 hpwr1 hpwr2'.split(' ');
const railColumns = rails.flatMap((rail) => [`${rail}_voltage_v`, `${rail}_current_a`, `${rail}_power_w`]);

describe('csvColumns', () => {
  it('keeps the published names and order', () => {
    expect(names('power')).toEqual([...times, ...sums]);
    expect(names('rails')).toEqual([...times, ...sums, ...railColumns]);
    const added = names('all').slice(2 + 4 + 33);
    expect(added.join(' ')).toBe(
      'vin1_v vin2_v vin3_v vin4_v vin5_v vin6_v vin7_v vin8_v vin9_v vin10_v vin11_v vin12_v vin13_v ' +
        'vdd_v vref_v chip_temp_c temp1_c temp2_c temp3_c temp4_c ambient_temp_c humidity_pct fan_ext_duty_pct ' +
        'fan1_rpm fan1_duty_pct fan2_rpm fan2_duty_pct fan3_rpm fan3_duty_pct fan4_rpm fan4_duty_pct fan5_rpm ' +
        'fan5_duty_pct fan6_rpm fan6_duty_pct fan7_rpm fan7_duty_pct fan8_rpm fan8_duty_pct fan9_rpm fan9_duty_pct',
    );
  });

  it('calls the slot rail slot, in the same place', () => {
    const slotted = names('rails', { ...benchlabMap, slot: { rail: 'pcie3', feed: 'motherboard' } });
    expect(slotted).toEqual(names('rails').map((name) => name.replace('pcie3_', 'slot_')));
    expect(slotted.filter((name) => name.startsWith('slot_'))).toHaveLength(3);
  });

  it('refuses two columns of one name', () => {
    const map = { components: { eps1: ['eps1'] }, slot: null };
    expect(() => names('rails', map)).toThrow(/eps1_power_w/);
    expect(names('power', map)).toEqual([...times, 'system_power_w', 'eps1_power_w']);
  });
});

describe('channelsOf', () => {
  const decoded = (set: ColumnSet) =>
    channelsOf(csvColumns(benchlab, resolveWiring(benchlab, benchlabMap), set)).size;
  it('asks for what the columns print', () => {
    expect(decoded('power')).toBe(0);
    expect(decoded('rails')).toBe(33);
    expect(decoded('all')).toBe(33 + 41);
  });
});
