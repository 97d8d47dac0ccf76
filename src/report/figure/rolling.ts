import { usageError } from '../../errors.js';
import type { Rested } from '../rested.js';

const usPerS = 1e6;

/** How long a rolling mean is of. */
export type Rolling = { readonly samples: number } | { readonly us: number };

/** A mean of so many samples is of as many median spacings. @throws UserError (usage) where there is none */
export function rollingUs(rolling: Rolling, { path, summary, meansUs, isHeld }: Rested): number {
  if ('us' in rolling) return rolling.us;
  // The spacing in the summary beside means is that of the samples behind them.
  if (meansUs !== null && !isHeld)
    throw usageError(`--rolling: ${path} holds means, of which there are no samples to count; give a time`);
  const { median } = summary.interval_s;
  if (median === null) throw usageError(`--rolling: ${path} has too few samples for a spacing; give a time`);
  return rolling.samples * median * usPerS;
}
