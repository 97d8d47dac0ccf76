import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, commandsOf } from '#powerlog/board/board.js';
import { boards } from '#powerlog/board/catalogue.js';
import { makeFrameDecoder, newColumn } from '#powerlog/board/frame.js';
import {
  readConfiguration,
  type SensorConfiguration,
  writeConfiguration,
} from '#powerlog/board/powersensor3/configuration.js';
import {
  powerSensor3,
  powerSensor3Commands,
  readVersion,
  setBytes,
} from '#powerlog/board/powersensor3/powersensor3.js';
import { instrumentOf, layoutRows } from '#powerlog/capture/layout.js';

const chip = { chip: 'F411', firmware: '1.6.1' };
const off: SensorConfiguration = { type: 'NA', pairName: 'NA', referenceV: 0, sensitivity: 0, inUse: false };
const pair = (pairName: string, amps = 0.12, volts = 0.2): SensorConfiguration[] => [
  { type: 'MLX10', pairName, referenceV: 1.65, sensitivity: amps, inUse: true },
  { type: 'voltage', pairName, referenceV: 0, sensitivity: volts, inUse: true },
];

/** A set as the firmware's documentation has it, ten bits in two bytes each. */
function set(stamp: number, levels: readonly number[]): Uint8Array {
  const word = (id: number, level: number, m: number) => [
    0x80 | (id << 4) | (level >> 6),
    (m << 6) | (level & 0x3f),
  ];
  return Uint8Array.from([word(7, stamp, 1), ...levels.map((level, n) => word(n, level, 0))].flat());
}

function decoded(board: ReturnType<typeof powerSensor3>, frames: Uint8Array, only?: readonly string[]) {
  const count = frames.length / setBytes;
  const columns = board.fields.map((field) =>
    !only || only.includes(field.name) ? newColumn(field, count) : undefined,
  );
  makeFrameDecoder(board)(frames, count, columns);
  return Object.fromEntries(board.fields.map(({ name }, n) => [name, columns[n] && [...columns[n]!]]));
}

describe('the table of a PowerSensor3', () => {
  it("reads volts, amperes and watts as its makers' formula has them, whatever its sensors are set to", () => {
    const level = fc.nat(1023);
    const sensitivity = fc.double({ min: 0.01, max: 0.5, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(
        level,
        level,
        sensitivity,
        sensitivity,
        fc.boolean(),
        (amps, volts, perAmp, perVolt, turned) => {
          const board = powerSensor3(chip, [
            ...pair('x', turned ? -perAmp : perAmp, perVolt),
            ...Array(6).fill(off),
          ]);
          const found = decoded(board, set(5, [amps, volts, 0, 0, 0, 0, 0, 0]));
          const ampere = ((3.3 * amps) / 1023 - 1.65) / (turned ? -perAmp : perAmp);
          const volt = (3.3 * volts) / 1023 / perVolt;
          expect(Math.abs(found.x_current_a![0]! / 1000 - ampere)).toBeLessThan(0.000_51);
          expect(Math.abs(found.x_voltage_v![0]! / 1000 - volt)).toBeLessThan(0.000_51);
          // Of the milliamperes and millivolts that stand beside it.
          expect(found.x_power_w).toEqual([
            Math.round((found.x_current_a![0]! * found.x_voltage_v![0]!) / 1000),
          ]);
          expect(decoded(board, set(5, [amps, volts, 0, 0, 0, 0, 0, 0]), ['x_power_w']).x_power_w).toEqual(
            found.x_power_w,
          );
        },
      ),
    );
  });

  it('has rails of the pairs that are in use, under names that columns may bear and that are all different', () => {
    const sensors = [
      ...pair('12V slot'),
      ...pair('GPU'),
      ...[{ ...pair('half')[0]!, inUse: true }, off],
      ...pair('12v SLOT'),
    ];
    const board = powerSensor3(chip, sensors);
    expect(board.rails.map(({ name }) => name)).toEqual([
      'rail_12v_slot',
      'gpu_pair2',
      'rail_12v_slot_pair4',
    ]);
    expect(board.components).toEqual({ measured: board.rails.map(({ name }) => name) });
  });

  it('says that levels are cut off on the chips that average, and on no other', () => {
    const sensors = [...pair('x'), ...Array(6).fill(off)];
    expect(powerSensor3(chip, sensors).truncatedLevels).toBeCloseTo(0.42, 2);
    expect(powerSensor3({ ...chip, chip: 'F407' }, sensors).truncatedLevels).toBeUndefined();
  });

  it('refuses a sensor in use that has no sensitivity', () => {
    expect(() => powerSensor3(chip, [...pair('x', 0), ...Array(6).fill(off)])).toThrow(/sensor 0 is in use/);
  });

  it('comes back whole from the header of a capture', () => {
    const board = powerSensor3(chip, [...pair('12V slot'), ...pair('GPU'), ...Array(4).fill(off)]);
    const rows = JSON.parse(JSON.stringify(layoutRows(board)));
    const header = { id: board.id, product: board.product, firmware: null } as Parameters<
      typeof instrumentOf
    >[1];
    const { streaming: _, ...instrument } = board;
    expect(instrumentOf(rows, header, 'x.plog')).toEqual(instrument);
  });

  it('is asked in letters that are no command of any other board', () => {
    const others = boards.flatMap((board) => commandsOf(board).flatMap(({ request }) => [...request]));
    const letters = (Object.values(powerSensor3Commands) as Command[]).flatMap(({ request }) => [...request]);
    expect(new Set(letters)).toEqual(new Set([0, ...Buffer.from('VRST')]));
    expect(letters.filter((byte) => byte !== 0 && others.includes(byte))).toEqual([]);
    // Nor of what boards take beside, up to 0x16 and from 0xF0 on.
    expect(letters.filter((byte) => byte !== 0 && (byte <= 0x16 || byte >= 0xf0))).toEqual([]);
  });
});

it('reads back the configuration that it writes', () => {
  const sensors = [...pair('12V slot'), ...pair('a name that is too long'), ...Array(4).fill(off)];
  const found = readConfiguration(writeConfiguration(sensors))!;
  expect(found.map(({ pairName }) => pairName).slice(0, 4)).toEqual([
    ...['12V slot', '12V slot'],
    ...['a name that is ', 'a name that is '],
  ]);
  expect(found[0]).toEqual({
    ...pair('12V slot')[0]!,
    referenceV: Math.fround(1.65),
    sensitivity: Math.fround(0.12),
  });
  expect(readConfiguration(new Uint8Array(7))).toBeNull();
});

it('knows what it says of its version, and nothing else', () => {
  const read = (text: string) => readVersion(Buffer.from(text, 'latin1'));
  expect(read('F411-1.6.1\r\n')).toEqual(chip);
  expect(read('F407-1.7.0-DEMO\n')).toEqual({ chip: 'F407', firmware: '1.7.0-DEMO' });
  for (const other of ['', 'F411', 'BENCHLAB\0', 'OK\r\n', 'xF411-1.6.1\r\n', 'F411-1.6.1\r\nF411-1.6.1\r\n'])
    expect(read(other)).toBeNull();
});
