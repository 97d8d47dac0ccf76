import type { FaultBit, Layout, MakersBoard } from '../board.js';
import { command, numbered, TableBuilder } from '../table-builder.js';
import { published } from './elmor.js';

/*
 * WireView Pro II, which sits in one 12V-2x6 cable. Source: the makers' published WireViewPro2-Python and WireViewDeviceLib (C#).
 * Its six wires together are the rail.
 */

const faultTable: readonly (readonly [name: string, title: string])[] = [
  ['otp_chip', 'chip too hot'],
  ['otp_temp', 'temperature probe too hot'],
  ['ocp', 'over-current of the cable'],
  ['ocp_wire', 'over-current of a wire'],
  ['opp', 'over-power of the cable'],
  ['imbalance', 'current imbalance of the wires'],
];
const faultBits: readonly FaultBit[] = faultTable.map(([name, title], bit) => ({ bit, name, title }));

function makeLayout(): Layout {
  const table = new TableBuilder();
  const notConnected = { missing: 0x7fff };
  const probes = [
    ['temp_hpwr1_in_c', '12V-2x6, temperature in'],
    ['temp_hpwr1_out_c', '12V-2x6, temperature out'],
    ['temp3_c', 'Temperature probe 3'],
    ['temp4_c', 'Temperature probe 4'],
  ] as const;
  for (const [name, title] of probes) table.field(name, 'int16', 1, title, notConnected);
  const ownSupply = table.field('vdd_v', 'uint16', 3, "Board's supply");
  table.field('fan_duty_pct', 'uint8', 0, 'Fan, duty');
  const wires = numbered(6, (n) => ({
    ...table.rail(`hpwr1_w${n}`, `12V-2x6, wire ${n}`, 12_000, 'uint32'),
    partOf: 0,
  }));
  const power = table.field('hpwr1_power_w', 'uint32', 3, '12V-2x6, power');
  const current = table.field('hpwr1_current_a', 'uint32', 3, '12V-2x6, current');
  const voltage = table.field('hpwr1_voltage_v', 'uint16', 3, '12V-2x6, mean voltage');
  table.field('hpwr1_capability', 'uint8', 0, 'What the supply offers: 0 = 600 W, 1 = 450, 2 = 300, 3 = 150');
  const status = table.field('fault_status', 'uint16', 0, 'Faults now, a bit each');
  const log = table.field('fault_log', 'uint16', 0, 'Faults since they were cleared, a bit each');
  return {
    frameBytes: table.bytes,
    fields: table.fields,
    rails: [{ name: 'hpwr1', title: '12V-2x6', nominalMv: 12_000, voltage, current, power }],
    wires,
    extraFields: table.indexes([
      ...['vdd_v', ...probes.map(([name]) => name)],
      ...['fan_duty_pct', 'hpwr1_capability', 'fault_status', 'fault_log'],
    ]),
    faults: { status: [status], log, bits: faultBits },
    totals: [],
    ownSupply,
  };
}

const layout = makeLayout();
const common = published('Thermal Grizzly WireView Pro II', layout.frameBytes);

export const wireview: readonly MakersBoard[] = [
  {
    id: 'wireview',
    product: 'WireView Pro II',
    vendorId: 0xef,
    productId: 0x05,
    ...common,
    ...layout,
    commands: { ...common.commands, build: command('READ_BUILD_INFO', 0x0d, 68) },
    components: { gpu: ['hpwr1'] },
  },
];
