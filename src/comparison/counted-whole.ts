import type { Comparison, Estimate, ReadingTrace, ReferenceTrace } from '../compare/comparison.js';
import { figuresWith, unknown } from '../compare/estimate.js';
import { PowerIntegral } from '../compare/reference/integral.js';
import { formatSi } from '../units.js';

const usPerS = 1e6;
const joulesPerUj = 1e-6;
/** Of a time of which a larger share was not measured no energy is told. */
const mostSilent = 0.1;

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
  if (reference.timeUs.length < 2) return comparison;
  const integral = new PowerIntegral(reference);
  const { startUs, endUs } = integral;
  const inside = [...timeUs.keys()].filter(
    (n) => !Number.isNaN(value[n]!) && timeUs[n]! >= startUs && timeUs[n]! <= endUs,
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined || first === last) return comparison;
  const [fromUs, toUs] = [timeUs[first]!, timeUs[last]!];
  const energyJ = (outsideUs: number) =>
    (integral.energyUj(Math.min(toUs + outsideUs, endUs)) -
      integral.energyUj(Math.max(fromUs - outsideUs, startUs))) *
    joulesPerUj;
  const [energyA, energyB] = [energyJ(0), value[last]! - value[first]!];
  const spanS = (toUs - fromUs) / usPerS;
  // What A took in a gap lies between its least and its most, and straight across between those too.
  const [lowW, highW] = integral.extremesW(fromUs, toUs);
  const silentUs = integral.silent.within(fromUs, toUs);
  const silentJ = silentUs * (highW - lowW) * joulesPerUj;
  const notMeasured = `A was not measured ${formatSi(silentUs / usPerS, 's', 2)} of that time`;
  const within = [energyJ(-pollUncertaintyUs) - silentJ, energyJ(pollUncertaintyUs) + silentJ] as const;
  const estimate = (of: (energyAJ: number) => number): Estimate => {
    if (silentUs > mostSilent * (toUs - fromUs)) return unknown(notMeasured);
    if (pollUncertaintyUs === 0) {
      const why = silentUs > 0 ? notMeasured : 'how well its instants are known nobody says';
      return { value: of(energyA), interval: null, reason: why };
    }
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
