import type { Estimate, FigureKey, Figures } from '../compare/comparison.js';
import { decimalsFor } from '../measure/honest-digits.js';
import { fixed, siPrefix, withMinus } from '../units.js';

/** A figure as a table shows it. */
interface FigureRow {
  readonly name: string;
  readonly value: string;
  /** `99.8 … 100.4 ms`; empty where there is none. */
  readonly interval: string;
  /** Why one of them is missing. */
  readonly reason: string;
}

const named: readonly (readonly [key: FigureKey, name: string, unit: string])[] = [
  ['update_s', 'update period', 's'],
  ['window_s', 'averaging window', 's'],
  ['delay_s', 'delay (window’s centre to update)', 's'],
  ['latency_s', 'latency (window’s end to update)', 's'],
  ['shift_s', 'shift (by how much the curve is late)', 's'],
  ['drift_s_per_hour', 'drift, per hour', 's'],
  ['gain', 'gain', ''],
  ['offset_w', 'offset', 'W'],
  ['correlation', 'correlation', ''],
  ['rmse_raw_w', 'RMSE as they came', 'W'],
  ['rmse_shifted_w', 'RMSE shifted', 'W'],
  ['rmse_aligned_w', 'RMSE aligned', 'W'],
  ['mean_difference_w', 'mean difference, B − A', 'W'],
  ['energy_a_j', 'energy of A', 'J'],
  ['energy_b_j', 'energy of B', 'J'],
  ['energy_difference_j', 'energy difference, B − A', 'J'],
  ['energy_difference_pct', 'the same, of A', '%'],
  ['energy_linear_j', '  by gain and offset', 'J'],
  ['energy_unseen_j', '  never looked at', 'J'],
  ['energy_remainder_j', '  remainder', 'J'],
];

export const figureRows = (figures: Figures): FigureRow[] =>
  named.map(([key, name, unit]) => ({ name, ...shownEstimate(figures[key], unit) }));

const mostTimes = 1000;
const mostDecimals = 6;

/** A value and its interval with as many digits as the interval supports. */
export function shownEstimate(
  { value, interval, reason }: Estimate,
  unit: string,
): Pick<FigureRow, 'value' | 'interval' | 'reason'> {
  if (value === null) return { value: '–', interval: '', reason: reason ?? '' };
  const widest = Math.max(Math.abs(value), ...(interval ?? []).map(Math.abs));
  // In the unit of an interval that is so much larger nothing would be left of the value; of one that may as well be 0, nothing is.
  const isAboutZero = interval !== null && interval[0] < 0 && interval[1] > 0;
  const isLost = value !== 0 && !isAboutZero && widest > mostTimes * Math.abs(value);
  const largest = isLost ? Math.abs(value) : widest;
  const { scale, prefix } = unit === '' || unit === '%' ? { scale: 1, prefix: '' } : siPrefix(largest);
  const width = interval ? (interval[1] - interval[0]) / 2 / scale : 0;
  const decimals =
    width > 0
      ? decimalsFor(width, mostDecimals)
      : value === 0
        ? 0
        : decimalsFor(Math.abs(value / scale) / 100, mostDecimals);
  const text = (each: number) => withMinus(fixed(each / scale, decimals));
  const of = `${prefix}${unit}`;
  return {
    value: `${text(value)}${of === '' ? '' : ` ${of}`}`,
    interval: interval ? `${text(interval[0])} … ${text(interval[1])}` : '',
    reason: reason ?? '',
  };
}
