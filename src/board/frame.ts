import type { Field, Layout } from './board.js';
import { fieldTypes } from './field-type.js';

/** Stands in a decoded column for a probe that is not connected. Only fields that have such a state hold it. */
export const missingValue = -(2 ** 31);

/** Copies the asked-for fields of `count` frames into columns, one pass a field, no allocation. */
export type FrameDecoder = (
  frames: Uint8Array,
  count: number,
  columns: readonly (Int32Array | undefined)[],
) => void;

export function makeFrameDecoder({ fields, frameBytes }: Layout): FrameDecoder {
  return (frames, count, columns) => {
    const view = new DataView(frames.buffer, frames.byteOffset, count * frameBytes);
    fields.forEach((field, index) => {
      const column = columns[index];
      if (column) decodeField(field, view, frameBytes, count, column);
    });
  };
}

/** A column for `rows` rows of a field. */
export const newColumn = ({ type }: Field, rows: number): Int32Array =>
  new Int32Array(rows * fieldTypes[type].words);

// Each type has a loop of its own: one that called the type's `read` would take three times as long.
function decodeField(field: Field, view: DataView, frameBytes: number, count: number, out: Int32Array): void {
  const { offset, type, missing, factor } = field;
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
    case 'uint32':
      // A column holds no more than 2³¹ − 1: 2 MA or 2 MW, which contradict themselves and are told.
      for (let row = 0, at = offset; row < count; row++, at += frameBytes)
        out[row] = Math.min(view.getUint32(at, true), 0x7fff_ffff);
      break;
    case 'int32':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) out[row] = view.getInt32(at, true);
      break;
    case 'uint64':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) {
        out[2 * row] = view.getInt32(at, true);
        out[2 * row + 1] = view.getInt32(at + 4, true);
      }
      break;
  }
  if (missing !== undefined)
    for (let row = 0; row < count; row++) if (out[row] === missing) out[row] = missingValue;
  if (factor !== undefined)
    for (let row = 0; row < count; row++) if (out[row] !== missingValue) out[row]! *= factor;
}

/**
 * Writes a frame from decoded integers by field name; fields not named are 0, or `missing` where they have that
 * state. A value finer than the field stores is rounded.
 */
export function encodeFrame(
  layout: Layout,
  values: ReadonlyMap<string, number | bigint>,
  frame: Uint8Array,
  at = 0,
): void {
  const view = new DataView(frame.buffer, frame.byteOffset + at, layout.frameBytes);
  for (const { name, offset, type, missing = 0, factor = 1 } of layout.fields) {
    const value = values.get(name) ?? missingValue;
    const stored =
      value === missingValue ? missing : factor === 1 ? value : Math.round(Number(value) / factor);
    fieldTypes[type].write(view, offset, stored);
  }
}
