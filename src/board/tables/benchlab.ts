import type { CalibrationSlot, FaultBit, Layout, MakersBoard, RailWire } from '../board.js';
import { calibrationBytes } from '../calibration.js';
import { command, numbered, TableBuilder, usb } from '../table-builder.js';

/*
 * BENCHLAB and BENCHLAB 2. Source: the maker's wire contracts of every firmware (benchlab-pycore 0.8.0, MIT), which it generates
 * from the firmware's headers.
 */

/** What differs between two products. */
interface Product {
  readonly id: string;
  readonly product: string;
  readonly productId: number;
  /** Temperature probes, as in the frame. */
  readonly probes: readonly (readonly [name: string, title: string])[];
  /** Whether the single wires of the 12VHPWR connectors are measured. */
  readonly hasWires: boolean;
}

/** What differs between two firmwares of a product. */
interface Firmware {
  readonly firmware: number;
  readonly released: boolean;
  readonly welcomeBytes: 9 | 32;
  readonly greetsUnasked: boolean;
  /** What a step of the chip's temperature is worth, in 0.1 °C. */
  readonly chipFactor: 1 | 10;
  readonly hasFaults: boolean;
}

const numberedProbes = numbered(4, (n) => [`temp${n}_c`, `Temperature probe ${n}`] as const);
const connectorProbes = [
  ['temp_hpwr1_in_c', '12VHPWR 1, temperature in'],
  ['temp_hpwr1_out_c', '12VHPWR 1, temperature out'],
  ['temp_hpwr2_in_c', '12VHPWR 2, temperature in'],
  ['temp_hpwr2_out_c', '12VHPWR 2, temperature out'],
] as const;

const original: Product = {
  id: 'benchlab',
  product: 'BENCHLAB',
  productId: 0x10,
  probes: numberedProbes,
  hasWires: false,
};
const second: Product = {
  id: 'benchlab2',
  product: 'BENCHLAB 2',
  productId: 0x11,
  probes: [...numberedProbes, ...connectorProbes],
  hasWires: true,
};

const early = {
  released: true,
  welcomeBytes: 9,
  greetsUnasked: false,
  chipFactor: 1,
  hasFaults: false,
} as const;
const greeting = { ...early, welcomeBytes: 32, greetsUnasked: true } as const;

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
const wiresPerConnector = 6;
/** The maker's own sums. */
const components = {
  cpu: ['eps1', 'eps2'],
  gpu: ['pcie1', 'pcie2', 'pcie3', 'hpwr1', 'hpwr2'],
  motherboard: ['atx_3v3', 'atx_5v', 'atx_5vsb', 'atx_12v'],
};

const voltageProbes = numbered(13, (n) => `vin${n}_v`);

function layoutOf({ probes, hasWires }: Product, { chipFactor, hasFaults }: Firmware): Layout {
  const table = new TableBuilder();
  const notConnected = { missing: 0x7fff };
  voltageProbes.forEach((name, n) => {
    table.field(name, 'int16', 3, `Voltage probe ${n + 1}`, notConnected);
  });
  const ownSupply = table.field('vdd_v', 'uint16', 3, "Board's supply");
  table.field('vref_v', 'uint16', 3, "Board's reference");
  table.field('chip_temp_c', 'int16', 1, 'Chip temperature', chipFactor === 1 ? {} : { factor: chipFactor });
  for (const [name, title] of probes) table.field(name, 'int16', 1, title, notConnected);
  table.field('ambient_temp_c', 'int16', 1, 'Ambient temperature');
  table.field('humidity_pct', 'uint16', 1, 'Humidity');
  table.field('fan_switch', 'uint8', 0, 'Fan switch: 0 auto, 1 = 50 %, 2 = 100 %');
  table.field('rgb_switch', 'uint8', 0, 'RGB switch');
  table.field('rgb_ext', 'uint8', 0, 'External RGB present');
  table.field('fan_ext_duty_pct', 'uint8', 0, 'External fan duty', { missing: 255 });
  const rails = railTable.map((row) => table.rail(...row));
  const wires: RailWire[] = !hasWires
    ? []
    : ['hpwr1', 'hpwr2'].flatMap((name) => {
        const partOf = rails.findIndex((rail) => rail.name === name);
        const { title, nominalMv } = rails[partOf]!;
        return numbered(wiresPerConnector, (n) => ({
          ...table.rail(`${name}_w${n}`, `${title}, wire ${n}`, nominalMv),
          partOf,
        }));
      });
  const fans = numbered(9, (n) => {
    table.field(`fan${n}_enabled`, 'uint8', 0, `Fan ${n}, enabled`);
    table.field(`fan${n}_duty_pct`, 'uint8', 0, `Fan ${n}, duty`);
    table.field(`fan${n}_rpm`, 'uint16', 0, `Fan ${n}, speed`);
    return [`fan${n}_rpm`, `fan${n}_duty_pct`];
  }).flat();
  const faults = !hasFaults
    ? null
    : {
        status: [table.field('fault_status', 'uint64', 0, 'Faults now, a bit each')],
        log: table.field('fault_log', 'uint64', 0, 'Faults since they were cleared, a bit each'),
        bits: faultBits,
      };
  const extraFields = table.indexes([
    ...voltageProbes,
    ...['vdd_v', 'vref_v', 'chip_temp_c'],
    ...probes.map(([name]) => name),
    ...['ambient_temp_c', 'humidity_pct', 'fan_ext_duty_pct'],
    ...fans,
    ...(faults ? ['fault_status', 'fault_log'] : []),
  ]);
  const { bytes: frameBytes, fields } = table;
  return { frameBytes, fields, rails, wires, extraFields, faults, totals: [], ownSupply };
}

const faultBits: readonly FaultBit[] = [
  ['otp_chip', 'chip too hot'],
  ...numbered(4, (n) => [`otp_temp${n}`, `temperature probe ${n} too hot`]),
  ...[1, 2].flatMap((connector) =>
    ['in', 'out'].map((side) => [
      `otp_hpwr${connector}_${side}`,
      `12VHPWR ${connector} too hot, temperature ${side}`,
    ]),
  ),
  ...railTable.map(([name, title]) => [`ocp_${name}`, `over-current of ${title}`]),
  ...[1, 2].flatMap((connector) =>
    numbered(wiresPerConnector, (n) => [
      `ocp_hpwr${connector}_w${n}`,
      `over-current of 12VHPWR ${connector}, wire ${n}`,
    ]),
  ),
  ...numbered(2, (n) => [`imbalance_hpwr${n}`, `current imbalance of 12VHPWR ${n}`]),
].map(([name = '', title = ''], bit) => ({ bit, name, title }));

/** The reply to READ_CALIBRATION: nothing in it needs padding. */
function calibrationOf(layout: Layout, probes: Product['probes']): readonly CalibrationSlot[] {
  const slots: CalibrationSlot[] = [];
  let offset = 0;
  const slot = (kind: CalibrationSlot['kind'], of: string) => {
    slots.push({ offset, kind, of });
    offset += calibrationBytes[kind];
  };
  const withoutUnit = (name: string) => name.replace(/_[a-z]+$/, '');
  const rails = [...layout.rails, ...layout.wires];
  slot('crc', '');
  for (const name of voltageProbes) slot('pair', withoutUnit(name));
  slot('pair', 'vdd');
  slot('pair', 'vref');
  for (const [name] of probes) slot('pair', withoutUnit(name));
  for (const [name] of probes) slot('thermistor', withoutUnit(name));
  slot('pair', 'ambient_temp');
  slot('pair', 'humidity');
  for (const { name } of rails) slot('pair', `${name}_voltage`);
  for (const { name } of rails) slot('pair', `${name}_current`);
  return slots;
}

/** Reading commands only; what the other bytes do (press buttons, change the calibration, leave the bus) is in docs/frame.md. */
function readingCommands(
  welcomeBytes: number,
  frameBytes: number,
  calibrationReplyBytes: number,
): MakersBoard['commands'] {
  return {
    welcome: command('WELCOME', 0x00, welcomeBytes),
    sensors: command('READ_SENSORS', 0x01, frameBytes),
    name: command('READ_NAME', 0x03, 32),
    calibration: command('READ_CALIBRATION', 0x09, calibrationReplyBytes),
    uid: command('READ_UID', 0x0d, 12),
    vendor: command('READ_VENDOR_DATA', 0x0e, 3),
  };
}

function board(product: Product, firmware: Firmware): MakersBoard {
  const layout = layoutOf(product, firmware);
  const calibration = calibrationOf(layout, product.probes);
  const last = calibration.at(-1)!;
  return {
    id: product.id,
    product: product.product,
    vendorId: 0xee,
    productId: product.productId,
    firmware: firmware.firmware,
    released: firmware.released,
    usb,
    welcomeText: 'BENCHLAB',
    greetsUnasked: firmware.greetsUnasked,
    commands: readingCommands(
      firmware.welcomeBytes,
      layout.frameBytes,
      last.offset + calibrationBytes[last.kind],
    ),
    ...layout,
    calibration,
    components,
    nominalAccuracy: 0.03,
  };
}

/** BENCHLAB, oldest firmware first. */
export const benchlab: readonly MakersBoard[] = [
  { ...early, firmware: 2, chipFactor: 10 } as const,
  { ...early, firmware: 3 },
  { ...early, firmware: 4, released: false },
  { ...greeting, firmware: 5 },
  { ...greeting, firmware: 6 },
].map((firmware) => board(original, firmware));

/** BENCHLAB 2, oldest firmware first. */
export const benchlab2: readonly MakersBoard[] = [
  { ...early, firmware: 3, released: false, chipFactor: 10 } as const,
  { ...early, firmware: 4 },
  { ...early, firmware: 5, released: false, hasFaults: true },
  { ...greeting, firmware: 6, hasFaults: true },
  { ...greeting, firmware: 7, hasFaults: true },
].map((firmware) => board(second, firmware));
