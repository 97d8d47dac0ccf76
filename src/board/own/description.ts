import type { FieldType } from '../field-type.js';
import type { ChecksumKind } from '../streaming.js';

/*
 * A user's own board, as a file describes it (docs/own-board.md): what the built-in tables say. Names as in the file.
 */

/** What a field can be stored as. */
export const ownFieldTypes = [
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
] as const satisfies readonly FieldType[];

export interface OwnField {
  readonly name: string;
  readonly type: (typeof ownFieldTypes)[number];
  /** Bytes from the frame's first one; right behind the field before where absent. */
  readonly at?: number | undefined;
  /** What a step of it is worth, in the unit that the name ends in. */
  readonly lsb: number;
  /** What the stored 0 is worth, in that unit. */
  readonly zero: number;
  /** The stored number that says that nothing is connected. */
  readonly missing?: number | undefined;
  readonly title?: string | undefined;
}

/** A rail's readings are the fields `NAME_voltage_v`, `NAME_current_a` and, where the board tells it, `NAME_power_w`. */
export interface OwnRail {
  readonly name: string;
  readonly title?: string | undefined;
  /** V; readings further off contradict themselves. */
  readonly nominal_v?: number | undefined;
}

interface OwnWire extends Pick<OwnRail, 'name' | 'title'> {
  readonly rail: string;
}

interface OwnQuestion {
  readonly request: Uint8Array;
}

/** A board that is asked, and answers with one frame. */
interface Asked {
  readonly welcome: OwnQuestion & { readonly reply: string };
  readonly frame: OwnQuestion;
  readonly uid?: (OwnQuestion & { readonly bytes: number }) | undefined;
}

/** A board that sends frames by itself. */
export interface Talks {
  /** The frame's first bytes. */
  readonly sync: Uint8Array;
  readonly checksum?: ChecksumKind | undefined;
  /** The counter that says when a frame was taken, and what a step of it is worth. */
  readonly stamp?: { readonly field: string; readonly unit_us: number } | undefined;
  readonly expected_hz: number;
  readonly start?: Uint8Array | undefined;
  readonly stop?: Uint8Array | undefined;
}

export interface OwnBoard {
  /** What captures and summaries know it by. */
  readonly board: string;
  readonly product?: string | undefined;
  readonly asked?: Asked | undefined;
  readonly talks?: Talks | undefined;
  readonly fields: readonly OwnField[];
  readonly bytes?: number | undefined;
  readonly rails: readonly OwnRail[];
  readonly wires: readonly OwnWire[];
  readonly components?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly own_supply?: string | undefined;
  readonly faults?:
    | {
        readonly status: string;
        readonly log?: string | undefined;
        readonly bits: readonly { readonly bit: number; readonly name: string; readonly title: string }[];
      }
    | undefined;
  readonly totals: readonly { readonly field: string; readonly rails: readonly string[] }[];
  readonly accuracy_percent?: number | undefined;
}

/** What is wrong in a description although each part of it is well formed: where, and what. */
export class DescriptionError extends Error {
  constructor(
    readonly path: readonly (string | number)[],
    message: string,
  ) {
    super(message);
  }
}
