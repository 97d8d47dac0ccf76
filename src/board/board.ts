/** How a field is stored in a frame; all little-endian. */
export type FieldType = 'uint8' | 'int16' | 'uint16' | 'int32';

/** One number in a frame: a row of a board's table. */
export interface Field {
  /** The CSV column; ends in its unit. */
  readonly name: string;
  readonly offset: number;
  readonly type: FieldType;
  /** Digits after the point: the integer is the value times 10^decimals. */
  readonly decimals: number;
  /** The integer that says that no probe is connected. */
  readonly missing?: number;
  /** For people: what it is. */
  readonly title: string;
}

export interface Rail {
  readonly name: string;
  readonly title: string;
  /** What the rail should carry, mV. */
  readonly nominalMv: number;
  /** Indexes into `fields`. */
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
}

/** A question: what is sent, and how many bytes answer it. */
export interface Command {
  readonly name: string;
  readonly request: Uint8Array;
  readonly replyBytes: number;
}

/** The questions a logger asks; nothing else is ever sent. */
export interface Commands {
  readonly welcome: Command;
  readonly sensors: Command;
  readonly vendor: Command;
  readonly uid: Command;
  readonly name: Command;
}

/** An instrument's language. A new board is a new one of these. */
export interface Board {
  /** For `--board`, and in captures. */
  readonly id: string;
  readonly product: string;
  readonly vendorId: number;
  readonly productId: number;
  /** USB vendor and product, hexadecimal as the system prints them. */
  readonly usb: { readonly vendorId: string; readonly productId: string };
  readonly welcome: Uint8Array;
  readonly commands: Commands;
  readonly frameBytes: number;
  readonly fields: readonly Field[];
  readonly rails: readonly Rail[];
  /** Indexes into `fields` of what `--columns all` adds, in the CSV's order. */
  readonly extraFields: readonly number[];
  /** The nominal accuracy of a power reading, as a share. */
  readonly nominalAccuracy: number;
}
