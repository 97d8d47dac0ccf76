import { endianness } from 'node:os';
import { ReturnCode } from './return-code.js';

/** Fields of NVML's header that are asked for. Powers are in mW, energies in mJ. */
export const Field = { averagePower: 185, instantPower: 186, energy: 191 } as const;

/** What a field's power is of. Memory lies within the GPU, the GPU within its module (Grace-Hopper: with its CPU). */
export const Scope = { gpu: 0, module: 1, memory: 2 } as const;

export interface FieldRequest {
  readonly field: number;
  readonly scope: number;
}

/** Where the members of `nvmlFieldValue_t` lie, bytes. */
const at = { field: 0, scope: 4, stamp: 8, type: 24, code: 28, value: 32 } as const;
const bytesEach = 40;
export const littleEndian = endianness() === 'LE';
/** An `unsigned long` of the driver's compiler. */
const longIsShort = process.platform === 'win32';

/** An array of `nvmlFieldValue_t`: what NVML is asked for, and, once it was, what it said. */
export class FieldValues {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly #view: DataView;

  constructor(requests: readonly FieldRequest[]) {
    this.count = requests.length;
    this.bytes = new Uint8Array(requests.length * bytesEach);
    this.#view = new DataView(this.bytes.buffer);
    requests.forEach(({ field, scope }, n) => {
      this.#view.setUint32(n * bytesEach + at.field, field, littleEndian);
      this.#view.setUint32(n * bytesEach + at.scope, scope, littleEndian);
    });
  }

  /** The field's own `nvmlReturn_t`: without success there is no value. */
  code(n: number): number {
    return this.#view.getInt32(n * bytesEach + at.code, littleEndian);
  }

  /** NVML's own instant of the value, UTC µs since 1970; NaN where it gave none. */
  stampUs(n: number): number {
    const stamp = Number(this.#view.getBigInt64(n * bytesEach + at.stamp, littleEndian));
    return this.code(n) === ReturnCode.success && stamp > 0 ? stamp : Number.NaN;
  }

  /** NaN where it gave none. */
  value(n: number): number {
    if (this.code(n) !== ReturnCode.success) return Number.NaN;
    const type = this.#view.getInt32(n * bytesEach + at.type, littleEndian);
    return numberAt(this.#view, n * bytesEach + at.value, type);
  }
}

/** An `nvmlValue_t` of an `nvmlValueType_t`; NaN of a type that is not known. */
export function numberAt(view: DataView, offset: number, type: number): number {
  switch (type) {
    case 0:
      return view.getFloat64(offset, littleEndian);
    case 1:
      return view.getUint32(offset, littleEndian);
    case 2:
      return longIsShort
        ? view.getUint32(offset, littleEndian)
        : Number(view.getBigUint64(offset, littleEndian));
    case 3:
      return Number(view.getBigUint64(offset, littleEndian));
    case 4:
      return Number(view.getBigInt64(offset, littleEndian));
    case 5:
      return view.getInt32(offset, littleEndian);
    case 6:
      return view.getUint16(offset, littleEndian);
    default:
      return Number.NaN;
  }
}
