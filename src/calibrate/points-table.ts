import { inputError } from '../errors.js';
import { stepDeviations } from './board-steps.js';
import { type MeterReadings, parseDigits, type RailPoint } from './readings.js';

/** A row of a points file: what the meter showed, and when in a recording, or what the board said. */
type PointRow = { readonly meter: MeterReadings } & (
  | { readonly fromUs: number; readonly toUs: number; readonly line: number }
  | { readonly board: RailPoint['board'] }
);

const spanNames = ['from_s', 'to_s'] as const;
const boardNames = ['board_voltage_v', 'board_current_a'] as const;
const meterNames = ['voltage_v', 'current_a'] as const;

/**
 * Reads a points file: a CSV with `voltage_v`, `current_a` or both, what the meter showed, and either `from_s` and `to_s`, when in a
 * recording it did, or `board_voltage_v`, `board_current_a`, what the board said meanwhile. An empty cell was not read; `zero` is a
 * current of exactly 0.
 * @param ofRecording which of the two is wanted
 * @throws UserError (badInput) that names the line and what is allowed there
 */
export function parsePoints(path: string, text: string, ofRecording: boolean): PointRow[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const header = cellsOf(lines[0] ?? '');
  const allowed = [...(ofRecording ? spanNames : boardNames), ...meterNames];
  const strange = header.find((name) => !(allowed as readonly string[]).includes(name));
  const needed = ofRecording ? spanNames : [];
  const lacks = needed.find((name) => !header.includes(name));
  if (strange !== undefined || lacks !== undefined || !meterNames.some((name) => header.includes(name)))
    throw inputError(
      `${path}: line 1: ${strange === undefined ? `it lacks ${lacks ?? meterNames.join(' or ')}` : `'${strange}' is none of the columns`}; ` +
        `${ofRecording ? 'with --recording' : 'without --recording'} they are ${allowed.join(', ')}`,
    );
  const rows = lines.slice(1).flatMap((line, n) => {
    if (line.trim() === '') return [];
    const cells = cellsOf(line);
    const where = `${path}: line ${n + 2}`;
    if (cells.length !== header.length)
      throw inputError(`${where}: ${cells.length} cells below ${header.length} names`);
    return [pointOf(where, (name) => cells[header.indexOf(name)] ?? '', ofRecording ? n + 2 : null)];
  });
  if (rows.length === 0) throw inputError(`${path} has no points below its names`);
  return rows;
}

/** @param line of a row that says when in a recording it was; null where it says what the board read */
function pointOf(where: string, cell: (name: string) => string, line: number | null): PointRow {
  const read = (name: string) => {
    const text = cell(name);
    if (text === '') return null;
    const found = parseDigits(text);
    if (!found || (found.step === 0 && name !== 'current_a'))
      throw inputError(
        `${where}: ${name}: '${text}' is not a number such as 8.02${name === 'current_a' ? ', or zero' : ''}`,
      );
    return found;
  };
  const meter = { voltage: read('voltage_v'), current: read('current_a') };
  if (!meter.voltage && !meter.current) throw inputError(`${where}: neither voltage_v nor current_a`);
  if (line !== null) {
    const [fromUs, toUs] = spanNames.map((name) => Math.round((read(name)?.value ?? Number.NaN) * 1e6));
    if (!(fromUs! < toUs!))
      throw inputError(
        `${where}: from_s and to_s are an instant and a later one, in seconds of the recording`,
      );
    return { meter, fromUs: fromUs!, toUs: toUs!, line };
  }
  const mean = (name: string) => {
    const found = read(name);
    return found && { value: found.value, error: found.step / stepDeviations };
  };
  return { meter, board: { voltage: mean('board_voltage_v'), current: mean('board_current_a') } };
}

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim());
