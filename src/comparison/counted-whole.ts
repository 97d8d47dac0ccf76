import type { Comparison, Estimate, ReadingTrace, ReferenceTrace } from '../compare/comparison.js';
import { figuresWith, unknown } from '../compare/estimate.js';
import { Curve } from './figures/curve.js';

const usPerS = 1e6;

/**
 * Of a counter that was read too seldom for its changes to tell anything, as one that counted a whole run: what it counted from its first
 * to its last reading within A, beside A's energy of that time. The comparison as it is where there are no two.
 */
export function countedWhole(
  comparison: Comparison,
  reference: ReferenceTrace,
  readings: ReadingTrace,
): Comparison {
  const { timeUs, value, pollUncertaintyUs = 0 } = readings;
  const curve = new Curve(reference.timeUs, reference.powerMw, false, reference.gapLimitUs);
  const { startUs, endUs } = curve.reach;
  const inside = [...timeUs.keys()].filter(
    (n) => !Number.isNaN(value[n]!) && timeUs[n]! >= startUs && timeUs[n]! <= endUs,
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return comparison;
  const [fromUs, toUs] = [timeUs[first]!, timeUs[last]!];
  const energyJ = (outsideUs: number) =>
    curve.energyUpToJ(Math.min(toUs + outsideUs, endUs)) -
    curve.energyUpToJ(Math.max(fromUs - outsideUs, startUs));
  const [energyA, energyB] = [energyJ(0), value[last]! - value[first]!];
  const spanS = (toUs - fromUs) / usPerS;
  const within = [energyJ(-pollUncertaintyUs), energyJ(pollUncertaintyUs)] as const;
  const estimate = (of: (energyAJ: number) => number): Estimate => {
    if (pollUncertaintyUs === 0)
      return { value: of(energyA), interval: null, reason: 'how well its instants are known nobody says' };
    const [x, y] = within.map(of) as [number, number];
    return { value: of(energyA), interval: [Math.min(x, y), Math.max(x, y)], reason: null };
  };
  const reason =
    'B is a counter that was read too seldom to be followed: what it counted is compared as a whole';
  return {
    ...comparison,
    ...{ reason, spanS, span: { startUs: fromUs, endUs: toUs }, spans: [{ startUs: fromUs, endUs: toUs }] },
    kernel: 'counter',
    figures: figuresWith(
      {
        energy_a_j: estimate((joules) => joules),
        energy_b_j: { value: energyB, interval: null, reason: 'nobody says how well it counts' },
        energy_difference_j: estimate((joules) => energyB - joules),
        energy_difference_pct:
          energyA > 0
            ? estimate((joules) => (100 * (energyB - joules)) / joules)
            : unknown('A has no energy in that time'),
        mean_difference_w: estimate((joules) => (energyB - joules) / spanS),
      },
      reason,
    ),
  };
}
