import type { Board, Command, Field, FieldType, Rail } from './board.js';

/**
 * BENCHLAB, first board. Source: the vendor's published Python sample (a C struct with natural alignment, so
 * two bytes of padding follow each rail's voltage).
 */
const notConnected = 0x7fff;

const fields: Field[] = [];
let offset = 0;

function field(name: string, type: FieldType, decimals: number, title: string, missing?: number): number {
  fields.push({ name, offset, type, decimals, title, ...(missing === undefined ? {} : { missing }) });
  offset += { uint8: 1, int16: 2, uint16: 2, int32: 4 }[type];
  return fields.length - 1;
}

for (let n = 1; n <= 13; n++) field(`vin${n}_v`, 'int16', 3, `Voltage probe ${n}`, notConnected);
field('vdd_v', 'uint16', 3, "Board's supply");
field('vref_v', 'uint16', 3, "Board's reference");
field('chip_temp_c', 'int16', 0, 'Chip temperature');
for (let n = 1; n <= 4; n++) field(`temp${n}_c`, 'int16', 1, `Temperature probe ${n}`, notConnected);
field('ambient_temp_c', 'int16', 1, 'Ambient temperature');
field('humidity_pct', 'uint16', 1, 'Humidity');
field('fan_switch', 'uint8', 0, 'Fan switch: 0 auto, 1 = 50 %, 2 = 100 %');
field('rgb_switch', 'uint8', 0, 'RGB switch');
field('rgb_ext', 'uint8', 0, 'External RGB present');
field('fan_ext_duty_pct', 'uint8', 0, 'External fan duty', 255);

const railTable: readonly (readonly [name: string, title: string, nominalMv: number])[] = [
  ['eps1', 'EPS 1', 12_000],
  ['eps2', 'EPS 2', 12_000],
  ['atx_3v3', 'ATX 3.3 V', 3_300],
  ['atx_5v', 'ATX 5 V', 5_000],
  ['atx_5vsb', 'ATX 5 V standby', 5_000],
  ['atx_12v', 'ATX 12 V', 12_000],
  ['pcie1', 'PCIe 1', 12_000],
  ['pcie2', 'PCIe 2', 12_000],
  ['pcie3', 'PCIe 3', 12_000],
  ['hpwr1', '12VHPWR 1', 12_000],
  ['hpwr2', '12VHPWR 2', 12_000],
];

const rails: Rail[] = railTable.map(([name, title, nominalMv]) => {
  const voltage = field(`${name}_voltage_v`, 'int16', 3, `${title}, voltage`);
  offset += 2; // padding of the C struct
  const current = field(`${name}_current_a`, 'int32', 3, `${title}, current`);
  const power = field(`${name}_power_w`, 'int32', 3, `${title}, power`);
  return { name, title, nominalMv, voltage, current, power };
});

for (let n = 1; n <= 9; n++) {
  field(`fan${n}_enabled`, 'uint8', 0, `Fan ${n}, enabled`);
  field(`fan${n}_duty_pct`, 'uint8', 0, `Fan ${n}, duty`);
  field(`fan${n}_rpm`, 'uint16', 0, `Fan ${n}, speed`);
}

const fieldIndex = (name: string): number => fields.findIndex((each) => each.name === name);
const fanFields = Array.from({ length: 9 }, (_, n) => [`fan${n + 1}_rpm`, `fan${n + 1}_duty_pct`]).flat();
const extraFields = [
  ...Array.from({ length: 13 }, (_, n) => `vin${n + 1}_v`),
  ...['vdd_v', 'vref_v', 'chip_temp_c', 'temp1_c', 'temp2_c', 'temp3_c', 'temp4_c'],
  ...['ambient_temp_c', 'humidity_pct', 'fan_ext_duty_pct'],
  ...fanFields,
].map(fieldIndex);

const command = (name: string, byte: number, replyBytes: number): Command => ({
  name,
  request: Uint8Array.of(byte),
  replyBytes,
});

export const benchlab: Board = {
  id: 'benchlab',
  product: 'BENCHLAB',
  vendorId: 0xee,
  productId: 0x10,
  usb: { vendorId: '0483', productId: '5740' },
  welcome: new TextEncoder().encode('BENCHLAB\0'),
  commands: {
    welcome: command('WELCOME', 0x00, 9),
    sensors: command('READ_SENSORS', 0x01, offset),
    name: command('READ_NAME', 0x03, 32),
    uid: command('READ_UID', 0x0d, 12),
    vendor: command('READ_VENDOR_DATA', 0x0e, 3),
  },
  frameBytes: offset,
  fields,
  rails,
  extraFields,
  nominalAccuracy: 0.03,
};
