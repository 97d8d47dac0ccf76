import type { ReadingTrace } from '../../compare/comparison.js';
import type { ComparedFiles } from '../compare-files.js';
import { stretchesOf } from '../sides/counted-spans.js';
import { gapMedians, medianSpacing } from '../sides/spacing.js';
import { Curve } from './curve.js';

const mwPerW = 1e3;
const mwPerJUs = 1e9;

/** Both traces as they are drawn. */
interface Curves {
  readonly a: Curve;
  readonly b: Curve;
  /** Between two samples of A, µs. */
  readonly spacingUs: number;
}

/** Null where either has nothing to draw. */
export function curvesOf({ reference, readings }: ComparedFiles): Curves | null {
  const { timeUs, powerMw, gapLimitUs } = reference;
  const held = heldPower(readings);
  if (timeUs.length < 2 || held.timeUs.length < 2) return null;
  return {
    a: new Curve(timeUs, powerMw, false, gapLimitUs),
    b: new Curve(held.timeUs, held.powerMw, true, gapMedians * medianSpacing(held.timeUs)),
    spacingUs: medianSpacing(timeUs),
  };
}

/** Readings as the curve that people draw of them; of a counter its means between two true changes, and NaN between runs. */
export function heldPower(readings: Pick<ReadingTrace, 'timeUs' | 'value' | 'quantity' | 'begins'>): {
  timeUs: Float64Array;
  powerMw: Float64Array;
} {
  const { timeUs, value, quantity } = readings;
  const known = value.findIndex((each) => !Number.isNaN(each));
  if (quantity === 'power' || known < 0)
    return {
      timeUs: timeUs.filter((_, n) => !Number.isNaN(value[n]!)),
      powerMw: value.filter((each) => !Number.isNaN(each)).map((watts) => watts * mwPerW),
    };
  const times: number[] = [];
  const powers: number[] = [];
  let last = known;
  for (const { from, behind } of stretchesOf(readings)) {
    // Between two runs nothing was counted that anybody knows of.
    if (times.length > 0) times.push(timeUs[last]!);
    if (powers.length > 0) powers.push(Number.NaN);
    last = Math.max(from, known);
    for (let n = last + 1; n < behind; n++) {
      if (!(value[n]! > value[last]!)) continue;
      times.push(timeUs[last]!);
      powers.push(((value[n]! - value[last]!) * mwPerJUs) / (timeUs[n]! - timeUs[last]!));
      last = n;
    }
  }
  times.push(timeUs[last]!);
  powers.push(powers.at(-1) ?? 0);
  return { timeUs: Float64Array.from(times), powerMw: Float64Array.from(powers) };
}
