import type { ReadingTrace } from '../../compare/comparison.js';
import { UserError } from '../../errors.js';
import { type CompareOptions, compareSides, openSides } from '../compare-files.js';
import { inWatts } from '../sides/magnitude.js';
import { openSide } from '../sides/open-side.js';
import type { Side } from '../sides/side.js';
import { type AuditInput, auditSensor } from './audit.js';
import { counterNameOf } from './counter.js';
import type { AuditSheet } from './sheet.js';

/** Where a power stood, and whose it is. */
export type AuditedSide = Pick<Side, 'path' | 'column' | 'source' | 'uuid'>;

/** A sensor's sheet, and what it was made of. */
export interface Audited {
  /** The board; null without one. */
  readonly a: AuditedSide | null;
  /** The sensor. */
  readonly b: AuditedSide;
  readonly sheet: AuditSheet;
  readonly guesses: readonly string[];
  readonly remarks: readonly string[];
}

/** What the options about the sensor are called, of which an audit has few. */
const names = { column: '--column-b', time: null, unit: null, zone: null };

type Counter = AuditInput['counter'];

/**
 * The sheet of a sensor whose readings lie in a file, held against a recording of a board.
 * @param pathA null where there is only the sensor
 * @throws UserError (usage, badInput)
 */
export async function auditFiles(
  pathA: string | null,
  pathB: string,
  options: Pick<CompareOptions, 'columnA' | 'columnB'>,
): Promise<Audited> {
  if (pathA === null) return auditAlone(pathB, options.columnB);
  const { a, b } = await openSides(pathA, pathB, options, names);
  const { reference, readings, comparison, clock, guesses, remarks, ...sides } = compareSides(
    a,
    b,
    undefined,
    names,
  );
  const counter = await counterOf(sides.b, readings, clock.shiftUs);
  const power = readings.quantity === 'power' ? readings : null;
  return { ...sides, guesses, remarks, sheet: auditSensor({ reference, power, counter, comparison }) };
}

async function auditAlone(path: string, column: string | undefined): Promise<Audited> {
  const b = inWatts(await openSide(path, { names, column }), null);
  const readings: ReadingTrace = { timeUs: b.timeUs, value: b.value, quantity: b.quantity };
  const counter = await counterOf(b, readings, 0);
  const power = readings.quantity === 'power' ? readings : null;
  const sheet = auditSensor({ reference: null, power, counter, comparison: null });
  return { a: null, b, sheet, guesses: b.guesses, remarks: b.remarks };
}

/** The counter of the same device in the same file: of `gpu0_power_w` `gpu0_energy_j`. */
async function counterOf({ path, column }: Side, readings: ReadingTrace, shiftUs: number): Promise<Counter> {
  if (readings.quantity === 'energy') return { trace: readings, column };
  const name = counterNameOf(column);
  if (name === null || path === '-') return null;
  try {
    const side = await openSide(path, { names, column: name });
    const timeUs = side.timeUs.map((us) => us + shiftUs);
    return { trace: { timeUs, value: side.value, quantity: 'energy' }, column: name };
  } catch (error) {
    // It has none, or none that was ever read.
    if (error instanceof UserError) return null;
    throw error;
  }
}
