import type { Correction } from './correction.js';
import type { FieldType } from './field-type.js';

/** One number in a frame: a row of a board's table. */
export interface Field {
  /** The CSV column; ends in its unit. */
  readonly name: string;
  readonly offset: number;
  readonly type: FieldType;
  /** Digits after the point: the integer is the value times 10^decimals. */
  readonly decimals: number;
  /** What the stored number is multiplied by to be that integer, where it is coarser; 1 where absent. */
  readonly factor?: number;
  /** The stored number that says that no probe is connected. */
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

/** A single wire of a rail's connector: a part of that rail, and in no sum. */
export interface RailWire extends Rail {
  /** An index into `rails`. */
  readonly partOf: number;
}

/** A bit of the board's fault words. */
export interface FaultBit {
  readonly bit: number;
  /** For programs, such as `ocp_hpwr1`. */
  readonly name: string;
  /** For people, such as `over-current of 12VHPWR 1`. */
  readonly title: string;
}

/** The board's fault words: indexes into `fields`, both of type uint64. */
export interface FaultWords {
  /** What is wrong now. */
  readonly status: number;
  /** What was wrong at any time since it was cleared. */
  readonly log: number;
  readonly bits: readonly FaultBit[];
}

/** How a board's frames read. */
export interface Layout {
  readonly frameBytes: number;
  readonly fields: readonly Field[];
  readonly rails: readonly Rail[];
  readonly wires: readonly RailWire[];
  /** Indexes into `fields` of what `--columns all` adds, in the CSV's order. */
  readonly extraFields: readonly number[];
  readonly faults: FaultWords | null;
  /** An index into `fields`: the supply that feeds the board itself, which reads 0 in no real frame. */
  readonly ownSupply: number;
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
  readonly calibration: Command;
}

/** What has to be known of a board to read what it said, now or from a capture. */
export interface Instrument extends Layout {
  /** For `--board`, and in captures: the same for every firmware of a product. */
  readonly id: string;
  readonly product: string;
  readonly calibration: readonly CalibrationSlot[];
  /** The nominal accuracy of a power reading, as a share. */
  readonly nominalAccuracy: number;
  /** What a user's calibration makes of its readings; absent where they are taken as they come. */
  readonly correction?: Correction;
}

/**
 * An instrument and its language, as one firmware of one product speaks it: plain data, which a thread can be handed. A new
 * board, or a new firmware, is a new one of these.
 */
export interface Board extends Instrument {
  readonly vendorId: number;
  readonly productId: number;
  /** The firmware that this table is for; newer ones up to the next table's are read with it. */
  readonly firmware: number;
  /** False for firmware that the maker has listed as a draft. */
  readonly released: boolean;
  /** USB vendor and product, hexadecimal as the system prints them. */
  readonly usb: { readonly vendorId: string; readonly productId: string };
  /** What its answer to WELCOME begins with; NULs fill the rest. */
  readonly welcomeText: string;
  /** Whether the board says its welcome by itself when RTS rises, as opening the port makes it do. */
  readonly greetsUnasked: boolean;
  readonly commands: Commands;
}

/** A part of the reply to READ_CALIBRATION. */
export interface CalibrationSlot {
  readonly offset: number;
  /** `crc`: uint16. `pair`: int16 offset in raw units, int16 gain in 1/4096 above 1. `thermistor`: uint8, 0 = B 3950, 1 = B 3380. */
  readonly kind: 'crc' | 'pair' | 'thermistor';
  /** What it calibrates: a field's name without its unit, such as `eps1_voltage`. */
  readonly of: string;
}
