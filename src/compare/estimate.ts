import type { Estimate, FigureKey, Figures } from './comparison.js';
import { figureKeys } from './comparison.js';

/** A value and how far it may be off to both sides, or to each. */
export function within(value: number, below: number, above = below): Estimate {
  if (!Number.isFinite(value)) return unknown('it cannot be reckoned from what there is');
  if (!Number.isFinite(below) || !Number.isFinite(above))
    return { value, interval: null, reason: 'too little is known to say how far it may be off' };
  return { value, interval: [value - below, value + above], reason: null };
}

export const unknown = (reason: string): Estimate => ({ value: null, interval: null, reason });

/** A figure in another unit. */
export const scaled = ({ value, interval, reason }: Estimate, factor: number): Estimate => ({
  value: value === null ? null : value * factor,
  interval: interval && [interval[0] * factor, interval[1] * factor],
  reason,
});

/** All figures: those given, and the others unknown for one reason. */
export const figuresWith = (known: Partial<Record<FigureKey, Estimate>>, reason: string): Figures =>
  Object.fromEntries(figureKeys.map((key) => [key, known[key] ?? unknown(reason)])) as unknown as Figures;
