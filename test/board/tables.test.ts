import { describe, expect, it } from 'vitest';
import { type Board, commandsOf } from '#powerlog/board/board.js';
import { boardByVendor, boardFor, boards, isNewerThanKnown } from '#powerlog/board/catalogue.js';

/** What the maker's contracts say, written down apart from the tables. */
const published = [
  // id, firmware, product id, WELCOME, READ_SENSORS, READ_CALIBRATION, step of the chip's temperature in 0.1 °C
  ['benchlab', 2, 0x10, 9, 216, 178, 10],
  ['benchlab', 3, 0x10, 9, 216, 178, 1],
  ['benchlab', 4, 0x10, 9, 216, 178, 1],
  ['benchlab', 5, 0x10, 32, 216, 178, 1],
  ['benchlab', 6, 0x10, 32, 216, 178, 1],
  ['benchlab2', 3, 0x11, 9, 368, 294, 10],
  ['benchlab2', 4, 0x11, 9, 368, 294, 1],
  ['benchlab2', 5, 0x11, 9, 384, 294, 1],
  ['benchlab2', 6, 0x11, 32, 384, 294, 1],
  ['benchlab2', 7, 0x11, 32, 384, 294, 1],
] as const;

/** What may be sent to each product; the same byte reads the UID of a PMD2 and presses the power button of a BENCHLAB. */
const reading: Readonly<Record<string, readonly number[]>> = {
  benchlab: [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e],
  benchlab2: [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e],
  pmd2: [0x00, 0x01, 0x02, 0x04],
  pmd2x: [0x00, 0x01, 0x02, 0x04, 0x06],
  wireview: [0x00, 0x01, 0x02, 0x04, 0x0d],
};
/**
 * What changes something: buttons, names, fans, lights, calibration, faults, configuration, the flash, screens, unlocking, RESET,
 * BOOTLOADER, and the reserved one.
 */
const benchlabForbids = [
  ...[0x02, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x0f],
  ...[0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0xf0, 0xf1, 0xff],
];
const forbidden: Readonly<Record<string, readonly number[]>> = {
  benchlab: benchlabForbids,
  benchlab2: benchlabForbids,
  pmd2: [0x05, 0x07, 0x08, 0x09, 0xf0, 0xf1, 0xf2],
  pmd2x: [0x05, 0x07, 0xf0, 0xf1, 0xf2],
  wireview: [0x06, 0x08, 0x09, 0x0b, 0x0c, 0x0e, 0xf0, 0xf1, 0xf2],
};

const requests = (board: Board): number[] => commandsOf(board).flatMap(({ request }) => [...request]);
const offset = (board: Board, name: string) => board.fields.find((field) => field.name === name)?.offset;

describe('the tables', () => {
  it('are those of the published contracts', () => {
    const found = boards
      .filter(({ welcomeText }) => welcomeText === 'BENCHLAB')
      .map((board) => [
        board.id,
        board.firmware,
        board.productId,
        board.commands.welcome.replyBytes,
        board.commands.sensors.replyBytes,
        board.commands.calibration?.replyBytes,
        board.fields.find(({ name }) => name === 'chip_temp_c')?.factor ?? 1,
      ]);
    expect(found).toEqual(published.map((row) => [...row]));
    const others = boards.filter(({ welcomeText }) => welcomeText !== 'BENCHLAB');
    expect(
      others.map(({ id, vendorId, productId, welcomeText, commands }) => [
        ...[id, vendorId, productId, welcomeText, commands.welcome.replyBytes, commands.sensors.replyBytes],
        commands.configuration?.replyBytes ?? commands.build?.replyBytes,
      ]),
    ).toEqual([
      ['pmd2', 0xee, 0x15, 'ElmorLabs PMD2', 15, 122, undefined],
      ['pmd2x', 0xee, 0x17, 'ElmorLabs PMD2X', 16, 192, 149],
      ['wireview', 0xef, 0x05, 'Thermal Grizzly WireView Pro II', 32, 100, 68],
    ]);
  });

  it.each(boards.map((board) => [`${board.product}, firmware ${board.firmware}`, board] as const))(
    '%s: only reading commands, a byte each',
    (_, board) => {
      expect(requests(board).sort((a, b) => a - b)).toEqual(reading[board.id]);
      expect(requests(board).filter((byte) => forbidden[board.id]!.includes(byte))).toEqual([]);
      expect(commandsOf(board)[0]!.request).toEqual(Uint8Array.of(0x00));
    },
  );

  it('lay PMD2X and WireView Pro II out as their C structs are', () => {
    const [pmd2x, wireview] = [boardFor('pmd2x')!, boardFor('wireview')!];
    expect(
      ['chip_temp_c', 'temp_hpwr1_in_c', 'atx_12v_voltage_v', 'hpwr1_w6_power_w', 'board_eps_power_w'].map(
        (name) => offset(pmd2x, name),
      ),
    ).toEqual([2, 4, 8, 164, 168]);
    expect(['board_total_power_w', 'ocp_atx_12v', 'ocp_hpwr1_w6'].map((name) => offset(pmd2x, name))).toEqual(
      [174, 176, 191],
    );
    expect(
      ['vdd_v', 'hpwr1_w1_voltage_v', 'hpwr1_w1_current_a', 'hpwr1_w6_power_w', 'hpwr1_power_w'].map((name) =>
        offset(wireview, name),
      ),
    ).toEqual([8, 12, 16, 80, 84]);
    expect(
      ['hpwr1_current_a', 'hpwr1_voltage_v', 'hpwr1_capability', 'fault_status', 'fault_log'].map((name) =>
        offset(wireview, name),
      ),
    ).toEqual([88, 92, 94, 96, 98]);
  });

  it('lay BENCHLAB 2 out as its C struct does', () => {
    const board = boardFor('benchlab2', 7)!;
    expect(
      ['temp4_c', 'temp_hpwr1_in_c', 'ambient_temp_c', 'humidity_pct', 'fan_switch', 'fan_ext_duty_pct'].map(
        (name) => offset(board, name),
      ),
    ).toEqual([38, 40, 48, 50, 52, 55]);
    expect(
      ['eps1_voltage_v', 'hpwr2_power_w', 'hpwr1_w1_voltage_v', 'hpwr2_w6_power_w'].map((name) =>
        offset(board, name),
      ),
    ).toEqual([56, 56 + 10 * 12 + 8, 56 + 11 * 12, 56 + 22 * 12 + 8]);
    expect(['fan1_enabled', 'fault_status', 'fault_log'].map((name) => offset(board, name))).toEqual([
      332, 368, 376,
    ]);
    expect(board.wires.map(({ name, partOf }) => [name, board.rails[partOf]!.name])).toContainEqual([
      'hpwr2_w6',
      'hpwr2',
    ]);
    expect(boardFor('benchlab2', 4)!.faults).toBeNull();
  });

  it('name the fault bits as the maker numbers them', () => {
    const { bits } = boardFor('benchlab2')!.faults!;
    const named = Object.fromEntries(bits.map(({ bit, name }) => [bit, name]));
    expect(bits).toHaveLength(34);
    expect([0, 1, 4, 5, 8, 9, 11, 14, 15, 18, 19, 20, 25, 26, 31, 32, 33].map((bit) => named[bit])).toEqual([
      ...[
        'otp_chip',
        'otp_temp1',
        'otp_temp4',
        'otp_hpwr1_in',
        'otp_hpwr2_out',
        'ocp_eps1',
        'ocp_atx_3v3',
        'ocp_atx_12v',
      ],
      ...[
        'ocp_pcie1',
        'ocp_hpwr1',
        'ocp_hpwr2',
        'ocp_hpwr1_w1',
        'ocp_hpwr1_w6',
        'ocp_hpwr2_w1',
        'ocp_hpwr2_w6',
      ],
      ...['imbalance_hpwr1', 'imbalance_hpwr2'],
    ]);
  });

  it('are chosen by product and firmware', () => {
    for (const board of boards)
      expect(boardByVendor(board.vendorId, board.productId, board.firmware)).toBe(board);
    expect(boardByVendor(0xee, 0x12, 1)).toBeUndefined();
    expect(boardByVendor(0xef, 0x10, 6)).toBeUndefined();
    expect(boardFor('benchlab', 1)).toBe(boardFor('benchlab', 2));
    expect(boardFor('benchlab', 200)).toBe(boardFor('benchlab', 6));
    expect([6, 7].map((firmware) => isNewerThanKnown('benchlab', firmware))).toEqual([false, true]);
    expect([7, 8, null].map((firmware) => isNewerThanKnown('benchlab2', firmware))).toEqual([
      false,
      true,
      false,
    ]);
  });
});
