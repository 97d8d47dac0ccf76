import type { Field, Instrument, Layout } from './board.js';
import { fieldTypes } from './field-type.js';

/** Stands in a decoded column for a probe that is not connected. Only fields that have such a state hold it. */
export const missingValue = -(2 ** 31);

/**
 * Copies the asked-for fields of `count` frames into columns, one pass a field, no allocation. Of a rail that was calibrated they
 * come as the calibration makes them: rounded once to the board's own units, the power as the product of what was not rounded.
 */
export type FrameDecoder = (
  frames: Uint8Array,
  count: number,
  columns: readonly (Int32Array | undefined)[],
) => void;

export function makeFrameDecoder(board: Layout & Pick<Instrument, 'correction'>): FrameDecoder {
  const { fields, frameBytes } = board;
  const corrections = railCorrections(board);
  const scratch = { voltage: new Int32Array(0), current: new Int32Array(0) };
  const spare = [new Int32Array(0), new Int32Array(0)];
  return (frames, count, columns) => {
    const view = new DataView(frames.buffer, frames.byteOffset, count * frameBytes);
    fields.forEach((field, index) => {
      const column = columns[index];
      if (column && !field.product) decodeField(field, view, frameBytes, count, column);
    });
    // Made of columns that are there by now, or of ones of their own where nobody else wants them.
    fields.forEach((field, index) => {
      const column = columns[index];
      if (!column || !field.product) return;
      const [volts, amps] = field.product.map((factor, n) => {
        const own = columns[factor];
        if (own) return own;
        if (spare[n]!.length < count) spare[n] = new Int32Array(count);
        decodeField(fields[factor]!, view, frameBytes, count, spare[n]!);
        return spare[n]!;
      }) as [Int32Array, Int32Array];
      for (let row = 0; row < count; row++) column[row] = Math.round((volts[row]! * amps[row]!) / 1000);
    });
    if (corrections.length === 0) return;
    if (scratch.voltage.length < count) {
      scratch.voltage = new Int32Array(count);
      scratch.current = new Int32Array(count);
    }
    for (const each of corrections) {
      const taken = (field: number, instead: Int32Array): Int32Array => {
        const column = columns[field];
        if (column) return column;
        decodeField(fields[field]!, view, frameBytes, count, instead);
        return instead;
      };
      const voltage = taken(each.voltage, scratch.voltage);
      const current = taken(each.current, scratch.current);
      correctRail(each, voltage, current, columns[each.power], count);
    }
  };
}

/** Puts what a calibration makes of a rail's readings in their place. */
function correctRail(
  { voltageGain, currentGain, currentOffsetMa }: RailCorrection,
  voltage: Int32Array,
  current: Int32Array,
  power: Int32Array | undefined,
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    const mv = voltage[row]! * voltageGain;
    const ma = current[row]! * currentGain + currentOffsetMa;
    voltage[row] = Math.round(mv);
    current[row] = Math.round(ma);
    if (power) power[row] = Math.round((mv * ma) / 1000);
  }
}

/** A column for `rows` rows of a field. */
export const newColumn = ({ type }: Field, rows: number): Int32Array =>
  new Int32Array(rows * fieldTypes[type].words);

// Each type has a loop of its own: one that called the type's `read` would take three times as long.
function decodeField(field: Field, view: DataView, frameBytes: number, count: number, out: Int32Array): void {
  const { offset, type, missing, factor, scale } = field;
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
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) {
        const stored = view.getUint32(at, true);
        out[row] = stored === missing ? missingValue : Math.min(stored, largest);
      }
      break;
    case 'int32':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes) out[row] = view.getInt32(at, true);
      break;
    case 'level':
      for (let row = 0, at = offset; row < count; row++, at += frameBytes)
        out[row] = ((view.getUint8(at) & 0x0f) << 6) | (view.getUint8(at + 1) & 0x3f);
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
    for (let row = 0; row < count; row++) if (out[row] !== missingValue) out[row] = held(out[row]! * factor);
  if (scale !== undefined)
    for (let row = 0; row < count; row++)
      if (out[row] !== missingValue) out[row] = held(Math.round(out[row]! * scale.gain + scale.offset));
}

/** The most that a column holds. */
const largest = 0x7fff_ffff;
const held = (value: number): number => Math.max(-largest, Math.min(value, largest));

const unscaled = { gain: 1, offset: 0 };

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
  for (const { name, offset, type, missing = 0, factor = 1, scale = unscaled } of layout.fields) {
    const value = values.get(name) ?? missingValue;
    const isWhole = factor === 1 && scale === unscaled;
    const stored =
      value === missingValue
        ? missing
        : isWhole
          ? value
          : Math.round((Number(value) - scale.offset) / scale.gain / factor);
    fieldTypes[type].write(view, offset, stored);
  }
}

/** What is done to a rail's readings: indexes into `fields`, and lines in the board's integers. */
interface RailCorrection {
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly voltageGain: number;
  readonly currentGain: number;
  readonly currentOffsetMa: number;
}

/** Of those rails whose readings do not stay as they are. */
const railCorrections = ({ rails, correction }: Pick<Instrument, 'rails' | 'correction'>): RailCorrection[] =>
  rails.flatMap(({ name, voltage, current, power }) => {
    const found = correction?.document.rails[name];
    if (!found) return [];
    return {
      ...{ voltage, current, power },
      voltageGain: found.voltage?.gain ?? 1,
      currentGain: found.current?.gain ?? 1,
      currentOffsetMa: (found.current?.offset_a ?? 0) * 1000,
    };
  });
