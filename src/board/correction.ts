/*
 * What a user found out about a board by holding it against a reference: `NAME.cal.json`, and the same in a capture's header. Keys
 * are the file's own. The board's calibration of itself is another thing (`calibration.ts`), and is never written.
 */

export const calibrationSchema = 'powerlog.calibration/1';

/** Between these lies every gain: a board that is off by more is broken, or was held against another rail. */
export const gainLimits = { least: 0.5, most: 2 } as const;

/** V, A and shares; half-widths at 95 %. */
export interface CalibrationDocument {
  readonly schema: typeof calibrationSchema;
  readonly tool: { readonly name: string; readonly version: string };
  /** The one board that it is of. */
  readonly board: CalibratedBoard;
  readonly rails: Readonly<Record<string, CalibratedRail>>;
}

export interface CalibratedBoard {
  readonly product: string;
  readonly product_id: number;
  readonly uid: string;
  readonly name: string | null;
  readonly firmware: number | null;
  /** Of the reply to READ_CALIBRATION then; null where the board gave none. */
  readonly calibration_sha256: string | null;
}

export interface CalibratedRail {
  /** When, UTC. */
  readonly date: string;
  /** What it was held against, as its user says; null where they did not. */
  readonly reference: string | null;
  /** Of the reference's readings, as shares: the limits of its data sheet. */
  readonly reference_accuracy: { readonly voltage: number; readonly current: number };
  /** True voltage = gain × reading; null where it was not compared. */
  readonly voltage: VoltageLine | null;
  /** True current = gain × reading + offset_a; null where it was not compared. */
  readonly current: CurrentLine | null;
  readonly points: readonly CalibrationPoint[];
}

export interface VoltageLine {
  readonly gain: number;
  /** With the reference's accuracy. */
  readonly gain_uncertainty: number;
  /** Of the comparison alone. */
  readonly fit: { readonly gain: number };
}

export interface CurrentLine {
  readonly gain: number;
  readonly offset_a: number;
  /** With the reference's accuracy; null where the points cannot tell, and 1 or 0 is taken. */
  readonly gain_uncertainty: number | null;
  readonly offset_uncertainty_a: number | null;
  /** Of the comparison alone: half-widths, and how far gain and offset hang together; null where the points leave one of them open. */
  readonly fit: { readonly gain: number; readonly offset_a: number; readonly correlation: number } | null;
}

/** The board's means beside the reference's readings; null for what was not compared. */
export interface CalibrationPoint {
  readonly board_voltage_v: number | null;
  readonly board_current_a: number | null;
  readonly voltage_v: number | null;
  readonly current_a: number | null;
  /** It lies further from the line than the others' scatter explains. */
  readonly outlier: boolean;
}

/** A calibration that is applied to a board's readings. */
export interface Correction {
  /** What its file is called. */
  readonly name: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly document: CalibrationDocument;
}
