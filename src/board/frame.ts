import type { Board, Field, Rail } from './board.js';

/** Stands in a decoded column for a probe that is not connected. Only fields that have such a state hold it. */
export const missingValue = -(2 ** 31);

/** Copies the asked-for fields of `count` frames into columns, one pass a field, no allocation. */
export type FrameDecoder = (
  frames: Uint8Array,
  count: number,
  columns: readonly (Int32Array | undefined)[],
) => void;

export function makeFrameDecoder(board: Board): FrameDecoder {
  const { fields, frameBytes } = board;
  return (frames, count, columns) => {
    const view = new DataView(frames.buffer, frames.byteOffset, count * frameBytes);
    fields.forEach((field, index) => {
      const column = columns[index];
      if (column) decodeField(field, view, frameBytes, count, column);
    });
  };
}

function decodeField(field: Field, view: DataView, frameBytes: number, count: number, out: Int32Array): void {
  const { offset, type, missing } = field;
  switch (type) {
    case 'uint8':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) out[row] = view.getUint8(at);
      break;
    case 'int16':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) out[row] = view.getInt16(at, true);
      break;
    case 'uint16':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes)
        out[row] = view.getUint16(at, true);
      break;
    case 'int32':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) out[row] = view.getInt32(at, true);
      break;
  }
  if (missing !== undefined)
    for (let row = 0; row < count; row++) if (out[row] === missing) out[row] = missingValue;
}

/** Writes a frame from integers by field name; fields not named are 0, or `missing` where they have that state. */
export function encodeFrame(
  board: Board,
  values: ReadonlyMap<string, number>,
  frame: Uint8Array,
  at = 0,
): void {
  const view = new DataView(frame.buffer, frame.byteOffset + at, board.frameBytes);
  for (const field of board.fields) {
    const given = values.get(field.name);
    const value = given === undefined || given === missingValue ? (field.missing ?? 0) : given;
    switch (field.type) {
      case 'uint8':
        view.setUint8(field.offset, value);
        break;
      case 'int16':
        view.setInt16(field.offset, value, true);
        break;
      case 'uint16':
        view.setUint16(field.offset, value, true);
        break;
      case 'int32':
        view.setInt32(field.offset, value, true);
        break;
    }
  }
}

/**
 * Says whether a frame agrees with itself: each rail's voltage is near nominal or off, and its power is its voltage
 * times its current. A slipped byte breaks this at once. Reads the frame in place; called for every sample.
 */
export type FrameCheck = (view: DataView, at: number) => boolean;

/** A rail further than this from nominal is called off nominal: ATX allows 5 %; droop and probes get four times that. */
const voltageTolerance = 0.2;
/** Below this share of nominal the rail is off or its cable is not plugged in. */
const offShare = 0.1;
/** Power and V × I are converted apart by the board, so they differ by rounding and a little settling. */
const powerTolerance = { share: 0.1, mw: 2000 };

export function makeFrameCheck(board: Board): FrameCheck {
  const checks = board.rails.map((rail) => railCheck(board, rail));
  return (view, at) => {
    for (let i = 0; i < checks.length; i++) {
      const { voltage, current, power, lowMv, highMv, offMv } = checks[i]!;
      const mv = view.getInt16(at + voltage, true);
      if ((mv < lowMv || mv > highMv) && (mv > offMv || mv < -offMv)) return false;
      const product = (mv * view.getInt32(at + current, true)) / 1000;
      const difference = view.getInt32(at + power, true) - product;
      const allowed = powerTolerance.mw + powerTolerance.share * Math.abs(product);
      if (difference > allowed || difference < -allowed) return false;
    }
    return true;
  };
}

function railCheck(board: Board, rail: Rail) {
  return {
    voltage: board.fields[rail.voltage]!.offset,
    current: board.fields[rail.current]!.offset,
    power: board.fields[rail.power]!.offset,
    lowMv: rail.nominalMv * (1 - voltageTolerance),
    highMv: rail.nominalMv * (1 + voltageTolerance),
    offMv: rail.nominalMv * offShare,
  };
}
