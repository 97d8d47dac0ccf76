import type { Averaging, FaultWords, Layout, MakersBoard, RailWire } from '../board.js';
import { command, numbered, TableBuilder } from '../table-builder.js';
import { published } from './elmor.js';

/*
 * PMD2 and PMD2X. Source: the maker's published PMD2-Python and PMD-USB (C#), of which the one reads the rails signed and the
 * other unsigned; signed here, since an idle rail's reading may lie a little below 0. Packed, as both have it.
 */

/** What differs between the two. */
interface Product {
  readonly id: string;
  readonly product: string;
  readonly productId: number;
  readonly welcomeText: string;
  /** Whether the 12VHPWR's single wires and its temperatures are measured, and the averaging can be read. */
  readonly extended: boolean;
}

const railTable: readonly (readonly [name: string, title: string, nominalMv: number])[] = [
  ['atx_12v', 'ATX 12 V', 12_000],
  ['atx_5v', 'ATX 5 V', 5_000],
  ['atx_5vsb', 'ATX 5 V standby', 5_000],
  ['atx_3v3', 'ATX 3.3 V', 3_300],
  ['hpwr1', '12VHPWR', 12_000],
  ['eps1', 'EPS 1', 12_000],
  ['eps2', 'EPS 2', 12_000],
  ['pcie1', 'PCIe 1', 12_000],
  ['pcie2', 'PCIe 2', 12_000],
  ['pcie3', 'PCIe 3', 12_000],
];
/** The board's own sums, as its totals name them: the PCIe total holds the 12VHPWR. */
const components = {
  cpu: ['eps1', 'eps2'],
  gpu: ['hpwr1', 'pcie1', 'pcie2', 'pcie3'],
  motherboard: ['atx_12v', 'atx_5v', 'atx_5vsb', 'atx_3v3'],
};
const totalTable: readonly (readonly [name: string, title: string, rails: readonly string[]])[] = [
  ['board_eps_power_w', "Board's own sum of EPS", components.cpu],
  ['board_pcie_power_w', "Board's own sum of PCIe and 12VHPWR", components.gpu],
  ['board_motherboard_power_w', "Board's own sum of ATX", components.motherboard],
  ['board_total_power_w', "Board's own sum of all rails", Object.values(components).flat()],
];

/** Firmware 2's configuration, and older; PMD-USB knows no other: version, CRC, averaging, over-current limits, calibration. */
const configurationBytes = 149;
const averaging: Averaging = {
  versionOffset: 0,
  version: 0,
  offset: 3,
  us: [263, 526, 1000, 2000, 4000, 8000, 17_000, 34_000, 67_000, 135_000],
};

function layoutOf({ extended }: Product): Layout {
  const table = new TableBuilder({ packed: true });
  const ownSupply = table.field('vdd_v', 'uint16', 3, "Board's supply");
  table.field('chip_temp_c', 'int16', 1, 'Chip temperature', { factor: 10 });
  const probes = extended
    ? (['in', 'out'] as const).map((side) => {
        const name = `temp_hpwr1_${side}_c`;
        table.field(name, 'int16', 1, `12VHPWR, temperature ${side}`, { missing: 0x7fff });
        return name;
      })
    : [];
  const rails = railTable.map((row) => table.rail(...row));
  const partOf = rails.findIndex(({ name }) => name === 'hpwr1');
  const wires: RailWire[] = extended
    ? numbered(6, (n) => ({ ...table.rail(`hpwr1_w${n}`, `12VHPWR, wire ${n}`, 12_000), partOf }))
    : [];
  const totals = totalTable.map(([name, title, of]) => ({
    field: table.field(name, 'uint16', 0, title),
    rails: of.map((each) => rails.findIndex((rail) => rail.name === each)),
  }));
  const faults: FaultWords = {
    status: [...rails, ...wires].map(({ name, title }) =>
      table.field(`ocp_${name}`, 'uint8', 0, `Over-current of ${title}: not 0`),
    ),
    log: null,
    bits: [...rails, ...wires].map(({ name, title }, bit) => ({
      bit,
      name: `ocp_${name}`,
      title: `over-current of ${title}`,
    })),
  };
  const { bytes: frameBytes, fields } = table;
  const extraFields = [
    ...table.indexes(['vdd_v', 'chip_temp_c', ...probes]),
    ...totals.map(({ field }) => field),
    ...faults.status,
  ];
  return { frameBytes, fields, rails, wires, extraFields, faults, totals, ownSupply };
}

function board(product: Product): MakersBoard {
  const { id, productId, welcomeText, extended } = product;
  const layout = layoutOf(product);
  const common = published(welcomeText, layout.frameBytes);
  return {
    id,
    product: product.product,
    vendorId: 0xee,
    productId,
    ...common,
    ...layout,
    components,
    ...(extended
      ? {
          commands: {
            ...common.commands,
            configuration: command('READ_CONFIG', 0x06, configurationBytes),
          },
          averaging,
        }
      : {}),
  };
}

export const pmd2: readonly MakersBoard[] = [
  board({
    id: 'pmd2',
    product: 'PMD2',
    productId: 0x15,
    welcomeText: 'ElmorLabs PMD2',
    extended: false,
  }),
];

export const pmd2x: readonly MakersBoard[] = [
  board({
    id: 'pmd2x',
    product: 'PMD2X',
    productId: 0x17,
    welcomeText: 'ElmorLabs PMD2X',
    extended: true,
  }),
];
