import { usageError } from '../errors.js';

/** A mean of the board's readings, V or A. */
interface BoardMean {
  readonly value: number;
  /** Its standard deviation. */
  readonly error: number;
}

/** A reading of the reference, V or A. */
interface ReferenceReading {
  readonly value: number;
  /** The last digit that it shows; 0 of what is exact, as the current where nothing is connected. */
  readonly step: number;
}

/** What a meter showed of one load; null for what was not read. */
export interface MeterReadings {
  readonly voltage: ReferenceReading | null;
  readonly current: ReferenceReading | null;
}

/** One load, as the board and as the reference saw it; null for what was not read. */
export interface RailPoint {
  readonly board: { readonly voltage: BoardMean | null; readonly current: BoardMean | null };
  readonly reference: MeterReadings;
}

const unitSteps: Readonly<Record<string, { readonly of: keyof MeterReadings; readonly scale: number }>> = {
  V: { of: 'voltage', scale: 1 },
  mV: { of: 'voltage', scale: 1e-3 },
  A: { of: 'current', scale: 1 },
  mA: { of: 'current', scale: 1e-3 },
};

/** Nothing is connected: the current is 0, exactly. */
export const zeroReading: ReferenceReading = { value: 0, step: 0 };

/**
 * Reads what was typed, `11.987 V 8.02 A`, `8.02 A`, `802 mA`, or `zero`; a number alone is amperes.
 * @throws UserError (usage) that says what is allowed
 */
export function parseReadings(text: string): MeterReadings {
  const found: { voltage: ReferenceReading | null; current: ReferenceReading | null } = {
    voltage: null,
    current: null,
  };
  let rest = text.trim();
  while (rest !== '') {
    const zero = /^zero\b\s*/i.exec(rest);
    const [whole = '', number, unit = 'A'] =
      /^([-+]?(?:\d+\.?\d*|\.\d+))\s*(mV|V|mA|A)?(?![\w.]|,\S)[\s,;]*/.exec(rest) ?? [];
    if (!zero && number === undefined) throw notReadings(text);
    const { of, scale } = unitSteps[zero ? 'A' : unit]!;
    if (found[of]) throw notReadings(text);
    found[of] = zero ? zeroReading : scaled(number!, scale);
    rest = rest.slice((zero?.[0] ?? whole).length);
  }
  return found;
}

const notReadings = (text: string) =>
  usageError(
    `'${text}' is not what a meter shows: volts, amperes or both with their units, such as 11.987 V 8.02 A, or zero where nothing is connected`,
  );

/** A number with its digits, which say how finely its instrument reads. */
export function parseDigits(text: string): ReferenceReading | null {
  if (/^zero$/i.test(text)) return zeroReading;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text) ? scaled(text, 1) : null;
}

function scaled(number: string, scale: number): ReferenceReading {
  const decimals = (number.split('.')[1] ?? '').length;
  return { value: Number(number) * scale, step: 10 ** -decimals * scale };
}
