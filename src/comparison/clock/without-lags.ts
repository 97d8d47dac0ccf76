import type { Comparison, FigureKey, Figures } from '../../compare/comparison.js';
import { unknown } from '../../compare/estimate.js';

/** What two clocks without a common instant leave open. */
const ofInstants: readonly FigureKey[] = ['delay_s', 'latency_s', 'shift_s', 'rmse_raw_w'];

/** A comparison of traces that were laid on each other: how late one of them was is not known. @param reason why */
export function withoutLags(comparison: Comparison, reason: string): Comparison {
  const open = (figures: Figures): Figures => ({
    ...figures,
    ...Object.fromEntries(ofInstants.map((key) => [key, unknown(reason)])),
  });
  return {
    ...comparison,
    figures: open(comparison.figures),
    phases: comparison.phases.map((phase) => ({ ...phase, figures: open(phase.figures) })),
    rivals: [],
  };
}
