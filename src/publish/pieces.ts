import { type Envelopes, type Grid, gridEndUs, type Samples } from '../draw/envelope.js';
import { EnvelopeBuilder } from '../draw/envelope-builder.js';
import { firstAbove, firstAtLeast } from '../measure/stretch/sorted.js';

/** The samples between two instants and the two beside. */
export function samplesIn({ timeUs, powerMw }: Samples, fromUs: number, toUs: number): Samples {
  const first = Math.max(0, firstAtLeast(timeUs, fromUs) - 1);
  const behind = Math.min(timeUs.length, firstAbove(timeUs, toUs) + 1);
  return {
    timeUs: timeUs.subarray(first, behind),
    powerMw: powerMw.map((column) => column.subarray(first, behind)),
  };
}

/** Whole intervals of about the length that is wanted, which hold a stretch. */
export function gridOver(fromUs: number, toUs: number, wantedUs: number): Grid {
  const intervalUs = Math.max(1, Math.floor(wantedUs));
  const startUs = Math.floor(fromUs / intervalUs) * intervalUs;
  return { startUs, intervalUs, count: Math.ceil((toUs - startUs) / intervalUs) };
}

/**
 * Intervals of samples: all that lie in them, and one beside on each side. Energies count from the first; what lies behind the last sample is left
 * out.
 * @param gapLimitUs longer spacings are gaps
 */
export function intervalsOf(samples: Samples, wanted: Grid, gapLimitUs: number): Envelopes {
  const { startUs, intervalUs, count } = wanted;
  const { timeUs, powerMw } = cut(samples, startUs, gridEndUs(wanted), gapLimitUs);
  const builder = new EnvelopeBuilder(powerMw.length, { intervalUs, most: count + 1 });
  builder.add(
    timeUs.map((us) => us - startUs),
    powerMw,
    timeUs.length,
    gapLimitUs,
  );
  const { grid, series } = builder.envelopes(gapLimitUs);
  const kept = Math.min(grid.count, count);
  return {
    grid: { startUs, intervalUs, count: kept },
    series: series.map(({ minMw, maxMw, energyJ }) => ({
      minMw: minMw.subarray(0, kept),
      maxMw: maxMw.subarray(0, kept),
      energyJ: energyJ.subarray(0, kept + 1),
    })),
  };
}

/** The samples between two instants, and at these the points of the lines that lead to the samples beside, where those are no gaps. */
function cut({ timeUs, powerMw }: Samples, fromUs: number, toUs: number, gapLimitUs: number): Samples {
  const first = firstAtLeast(timeUs, fromUs);
  const behind = firstAtLeast(timeUs, toUs);
  const isLine = (n: number): boolean =>
    n > 0 && n < timeUs.length && timeUs[n]! - timeUs[n - 1]! <= gapLimitUs;
  const before = isLine(first) && timeUs[first]! > fromUs ? [fromUs] : [];
  const after = isLine(behind) ? [toUs] : [];
  return {
    timeUs: Float64Array.from([...before, ...timeUs.subarray(first, behind), ...after]),
    powerMw: powerMw.map((column) => {
      const at = (n: number, us: number): number => {
        const share = (us - timeUs[n - 1]!) / (timeUs[n]! - timeUs[n - 1]!);
        return column[n - 1]! + (column[n]! - column[n - 1]!) * share;
      };
      const whole = new Float32Array(before.length + behind - first + after.length);
      if (before.length > 0) whole[0] = at(first, fromUs);
      whole.set(column.subarray(first, behind), before.length);
      if (after.length > 0) whole[whole.length - 1] = at(behind, toUs);
      return whole;
    }),
  };
}
