interface StoredType {
  readonly bytes: number;
  /** How many 32-bit words a row of its decoded column takes: a uint64 lies there as it was stored, low word first. */
  readonly words: 1 | 2;
  /** The number in a frame; of a uint64 the low word. */
  read(view: DataView, at: number): number;
  write(view: DataView, at: number, value: number | bigint): void;
}

/** How numbers are stored in a frame; all but `level` little-endian. */
export const fieldTypes = {
  uint8: {
    bytes: 1,
    words: 1,
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, Number(value)),
  },
  int16: {
    bytes: 2,
    words: 1,
    read: (view, at) => view.getInt16(at, true),
    write: (view, at, value) => view.setInt16(at, Number(value), true),
  },
  uint16: {
    bytes: 2,
    words: 1,
    read: (view, at) => view.getUint16(at, true),
    write: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  int32: {
    bytes: 4,
    words: 1,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, Number(value), true),
  },
  uint32: {
    bytes: 4,
    words: 1,
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, Number(value), true),
  },
  /** Ten bits in two bytes, four in the first and six in the second, as PowerSensor3 sends them. */
  level: {
    bytes: 2,
    words: 1,
    read: (view, at) => ((view.getUint8(at) & 0x0f) << 6) | (view.getUint8(at + 1) & 0x3f),
    write: (view, at, value) => {
      view.setUint8(at, (view.getUint8(at) & 0xf0) | ((Number(value) >> 6) & 0x0f));
      view.setUint8(at + 1, (view.getUint8(at + 1) & 0xc0) | (Number(value) & 0x3f));
    },
  },
  /** Nothing stored: made of two other fields. */
  product: { bytes: 0, words: 1, read: () => 0, write: () => {} },
  uint64: {
    bytes: 8,
    words: 2,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
} as const satisfies Record<string, StoredType>;

export type FieldType = keyof typeof fieldTypes;
export const fieldTypeNames = Object.keys(fieldTypes) as [FieldType, ...FieldType[]];

/** The words of row `row` of a decoded column, low first: the high one of what has but one is 0. */
export function wordsAt(column: Int32Array, row: number, type: FieldType): [low: number, high: number] {
  return fieldTypes[type].words === 2 ? [column[2 * row]!, column[2 * row + 1]!] : [column[row]!, 0];
}

/** The number in row `row` of a decoded uint64 column. */
export const wideValue = (column: Int32Array, row: number): bigint =>
  (BigInt.asUintN(32, BigInt(column[2 * row + 1]!)) << 32n) | BigInt.asUintN(32, BigInt(column[2 * row]!));
