import type { Command, Field, Rail } from './board.js';
import { type FieldType, fieldTypes } from './field-type.js';

/** Puts a table together in the order of the C struct that it describes: of natural alignment, or packed. */
export class TableBuilder {
  readonly fields: Field[] = [];
  readonly #packed: boolean;
  #offset = 0;

  constructor({ packed = false } = {}) {
    this.#packed = packed;
  }

  /** The struct's length so far, which is a multiple of its largest member's where it ends. */
  get bytes(): number {
    return this.#offset;
  }

  /** Appends a field; returns its index. */
  field(name: string, type: FieldType, decimals: number, title: string, more: Partial<Field> = {}): number {
    const { bytes } = fieldTypes[type];
    if (!this.#packed) this.#offset = Math.ceil(this.#offset / bytes) * bytes;
    this.fields.push({ name, offset: this.#offset, type, decimals, title, ...more });
    this.#offset += bytes;
    return this.fields.length - 1;
  }

  /** Appends a power entry: int16 mV, then, aligned unless it is packed, mA and mW. */
  rail(name: string, title: string, nominalMv: number, type: 'int32' | 'uint32' = 'int32'): Rail {
    return {
      name,
      title,
      nominalMv,
      voltage: this.field(`${name}_voltage_v`, 'int16', 3, `${title}, voltage`),
      current: this.field(`${name}_current_a`, type, 3, `${title}, current`),
      power: this.field(`${name}_power_w`, type, 3, `${title}, power`),
    };
  }

  /** Indexes of fields by name, in the order given. @throws Error for a name that is no field's */
  indexes(names: readonly string[]): number[] {
    return names.map((name) => {
      const index = this.fields.findIndex((field) => field.name === name);
      if (index < 0) throw new Error(`no field is named ${name}`);
      return index;
    });
  }
}

/** `1 … count`, each through `of`. */
export const numbered = <Value>(count: number, of: (n: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => of(index + 1));

/** What all of the maker's boards say to USB, and many other boards with an STM32. */
export const usb = { vendorId: '0483', productId: '5740' } as const;

/** A question of one byte. */
export const command = (name: string, byte: number, replyBytes: number): Command => ({
  name,
  request: Uint8Array.of(byte),
  replyBytes,
});
