import type { MakersBoard } from '../board.js';
import { command, usb } from '../table-builder.js';

/**
 * What PMD2, PMD2X and WireView Pro II have in common, by their makers' published programs: the questions, one layout for every
 * firmware, and no accuracy.
 */
export const published = (welcomeText: string, frameBytes: number) =>
  ({
    firmware: 0,
    released: true,
    anyFirmware: true,
    usb,
    welcomeText,
    greetsUnasked: true,
    commands: {
      welcome: command('WELCOME', 0x00, welcomeText.length + 1),
      vendor: command('READ_VENDOR_DATA', 0x01, 3),
      uid: command('READ_UID', 0x02, 12),
      sensors: command('READ_SENSOR_VALUES', 0x04, frameBytes),
    },
    calibration: [],
    nominalAccuracy: null,
  }) as const satisfies Partial<MakersBoard>;
