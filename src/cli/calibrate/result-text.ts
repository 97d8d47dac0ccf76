import type { Instrument } from '../../board/board.js';
import type { CalibratedRail, CalibrationPoint } from '../../board/correction.js';
import { powerAccuracy, powerUncertaintyW } from '../../measure/accuracy/applied.js';
import { printable } from '../../text.js';
import { fixed, formatSi, withMinus } from '../../units.js';
import { styled } from '../terminal/say.js';
import { formatTable } from '../terminal/table.js';

/** Loads at which the power's uncertainty is told, W. */
const toldW = [1, 10, 50, 100, 300];

/** What came of a rail, for people. */
export function resultText(
  { rails, nominalAccuracy }: Instrument,
  rail: number,
  found: CalibratedRail,
  remarks: readonly string[],
  path: string,
): string {
  const { name, nominalMv } = rails[rail]!;
  const lines = [
    '',
    `${name}${found.reference === null ? '' : `, held against ${printable(found.reference)}`}`,
  ];
  const { voltage, current } = found;
  if (voltage)
    lines.push(
      `  voltage = ${fixed(voltage.gain, 5)} × reading, gain ± ${fixed(voltage.gain_uncertainty, 5)}`,
    );
  if (current) {
    const sign = current.offset_a < 0 ? '−' : '+';
    const offset = `${sign} ${fixed(Math.abs(current.offset_a), 4)} A`;
    lines.push(
      `  current = ${fixed(current.gain, 5)} × reading ${offset}, gain ${plusMinus(current.gain_uncertainty, 5, '')}, offset ${plusMinus(current.offset_uncertainty_a, 4, ' A')}`,
    );
  }
  lines.push('', pointsText(found), '');
  const accuracy = powerAccuracy(found, nominalMv, nominalAccuracy);
  if (accuracy) {
    const rows = toldW.map((powerW) => [
      `  ${powerW} W`,
      `± ${formatSi(powerUncertaintyW(accuracy, powerW), 'W', 2)}`,
      nominalAccuracy === null ? '–' : `± ${formatSi(nominalAccuracy * powerW, 'W', 2)}`,
    ]);
    lines.push(formatTable(['  power', 'now', 'nominal'], rows, [0, 1, 2]));
  }
  for (const remark of remarks) lines.push(`  ${styled('yellow', 'note:')} ${remark}`);
  lines.push(`  ± is 95 %; kept in ${printable(path)}`);
  return lines.join('\n');
}

const plusMinus = (half: number | null, decimals: number, unit: string): string =>
  half === null ? 'not known' : `± ${fixed(half, decimals)}${unit}`;

function pointsText({ points, voltage, current }: CalibratedRail): string {
  const figure = (value: number | null, decimals: number): string =>
    value === null ? '–' : withMinus(fixed(value, decimals));
  const rows = points.map((point, n) => [
    `  ${n + 1}${point.outlier ? ' !' : ''}`,
    figure(point.board_voltage_v, 4),
    figure(point.voltage_v, 4),
    figure(point.board_current_a, 4),
    figure(point.current_a, 4),
    figure(voltageLeftMv(point, voltage), 1),
    figure(currentLeftMa(point, current), 1),
  ]);
  return formatTable(
    ['  point', 'board V', 'meter V', 'board A', 'meter A', 'left mV', 'left mA'],
    rows,
    [1, 2, 3, 4, 5, 6],
  );
}

/** What is left between the meter and the calibrated reading. */
const voltageLeftMv = (
  { board_voltage_v: board, voltage_v: meter }: CalibrationPoint,
  line: CalibratedRail['voltage'],
): number | null => (board === null || meter === null || !line ? null : 1000 * (meter - line.gain * board));

const currentLeftMa = (
  { board_current_a: board, current_a: meter }: CalibrationPoint,
  line: CalibratedRail['current'],
): number | null =>
  board === null || meter === null || !line ? null : 1000 * (meter - line.gain * board - line.offset_a);
