import type { CalibrationSlot, Instrument } from './board.js';

/** A pair of the calibration, in the board's own integers. */
interface CalibrationPair {
  /** In raw units of the converter. */
  readonly offset: number;
  /** In 1/4096: the reading is multiplied by 1 + gain / 4096. */
  readonly gain: number;
}

/** The calibration that a board applies to what it reads. */
interface Calibration {
  /** As the board sent it; how it is computed is not published. */
  readonly crc: number;
  /** By what is calibrated, a field's name without its unit: `eps1_voltage`. */
  readonly pairs: ReadonlyMap<string, CalibrationPair>;
  /** The B value of each temperature probe's thermistor, K. */
  readonly thermistorsK: ReadonlyMap<string, number>;
}

/** As much of a digest as people compare. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 12);

/** How many bytes a part of the reply takes. */
export const calibrationBytes: Readonly<Record<CalibrationSlot['kind'], number>> = {
  crc: 2,
  pair: 4,
  thermistor: 1,
};

/** Reads the reply to READ_CALIBRATION; null where it has another length than this board's. */
export function readCalibration({ calibration }: Instrument, reply: Uint8Array): Calibration | null {
  const last = calibration.at(-1);
  if (!last || reply.length !== last.offset + calibrationBytes[last.kind]) return null;
  const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
  const pairs = new Map<string, CalibrationPair>();
  const thermistorsK = new Map<string, number>();
  for (const { offset, kind, of } of calibration) {
    if (kind === 'pair')
      pairs.set(of, { offset: view.getInt16(offset, true), gain: view.getInt16(offset + 2, true) });
    else if (kind === 'thermistor') thermistorsK.set(of, view.getUint8(offset) === 0 ? 3950 : 3380);
  }
  return { crc: view.getUint16(0, true), pairs, thermistorsK };
}
