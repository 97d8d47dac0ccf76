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
  /** Where it is no whole multiple: the integer is the stored number times `gain` and `offset` more, rounded. */
  readonly scale?: { readonly gain: number; readonly offset: number };
  /** Of type `product`: the fields of a voltage and a current in mV and mA, as indexes, whose product in mW it is. */
  readonly product?: readonly [voltage: number, current: number];
  /** The stored number that says that no probe is connected. */
  readonly missing?: number;
  /** For people: what it is. */
  readonly title: string;
}

export interface Rail {
  readonly name: string;
  readonly title: string;
  /** What the rail should carry, mV; 0 where that is not known. */
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

/** A fault that the board tells of: a bit of its status, or a field of it. */
export interface FaultBit {
  readonly bit: number;
  /** For programs, such as `ocp_hpwr1`. */
  readonly name: string;
  /** For people, such as `over-current of 12VHPWR 1`. */
  readonly title: string;
}

/** What the board says of its own faults; all indexes are of `fields`. */
export interface FaultWords {
  /** What is wrong now: a word with a bit for each fault, or a field for each, which is not 0 then; 64 at most. */
  readonly status: readonly number[];
  /** What was wrong at any time since it was cleared, as the status' word has it; null where the board keeps no log. */
  readonly log: number | null;
  readonly bits: readonly FaultBit[];
}

/** A sum of the board's own, in whole watts: kept, and held against its rails. */
export interface Total {
  /** An index into `fields`. */
  readonly field: number;
  /** Indexes into `rails`: what it is the sum of. */
  readonly rails: readonly number[];
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
  readonly totals: readonly Total[];
  /** An index into `fields`: the supply that feeds the board itself, which reads neither 0 nor all ones in any real frame; null where it tells none. */
  readonly ownSupply: number | null;
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
  /** What some boards can be asked beside. */
  readonly vendor?: Command;
  readonly uid?: Command;
  readonly name?: Command;
  readonly calibration?: Command;
  readonly configuration?: Command;
  readonly build?: Command;
}

export const commandNames = [
  'welcome',
  'sensors',
  'vendor',
  'uid',
  'name',
  'calibration',
  'configuration',
  'build',
] as const satisfies readonly (keyof Commands)[];

/** Every question of a board. */
export const commandsOf = ({ commands }: Pick<Board, 'commands'>): Command[] =>
  commandNames.flatMap((name) => commands[name] ?? []);

/** What has to be known of a board to read what it said, now or from a capture. */
export interface Instrument extends Layout {
  /** For `--board`, and in captures: the same for every firmware of a product. */
  readonly id: string;
  readonly product: string;
  readonly calibration: readonly CalibrationSlot[];
  /** Which rails make up which component, where no map says otherwise. */
  readonly components: Readonly<Record<string, readonly string[]>>;
  /** The nominal accuracy of a power reading, as a share; null where the maker publishes none. */
  readonly nominalAccuracy: number | null;
  /** By how many levels of the converter readings lie too low in the mean, where the instrument cuts off fractions. */
  readonly truncatedLevels?: number;
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
  /** The maker publishes one layout for every firmware, so that none is newer than known. */
  readonly anyFirmware?: true;
  /** What its answer to WELCOME begins with; NULs fill the rest. */
  readonly welcomeText: string;
  /** Whether the board says its welcome by itself when RTS or DTR rises, as opening the port makes it do. */
  readonly greetsUnasked: boolean;
  readonly commands: Commands;
  /** How the board averages what it reads; absent where nothing is published of that. */
  readonly averaging?: Averaging;
}

/** A board of the makers that are known: its vendor data chooses the table. */
export interface MakersBoard extends Board {
  readonly commands: Commands & Required<Pick<Commands, 'vendor' | 'uid'>>;
}

/** Where the configuration says over which time each reading is a mean. */
export interface Averaging {
  /** Of the version's byte in the reply to the question for the configuration, and the one that this is the layout of. */
  readonly versionOffset: number;
  readonly version: number;
  /** Of the byte that chooses among `us`. */
  readonly offset: number;
  /** What can be chosen, µs, in the order of their numbers. */
  readonly us: readonly number[];
}

/** A part of the reply to READ_CALIBRATION. */
export interface CalibrationSlot {
  readonly offset: number;
  /** `crc`: uint16. `pair`: int16 offset in raw units, int16 gain in 1/4096 above 1. `thermistor`: uint8, 0 = B 3950, 1 = B 3380. */
  readonly kind: 'crc' | 'pair' | 'thermistor';
  /** What it calibrates: a field's name without its unit, such as `eps1_voltage`. */
  readonly of: string;
}
