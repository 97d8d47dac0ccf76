import type {
  ComparedPhase,
  ComparedSpan,
  Comparison,
  Estimate,
  Figures,
  ReadingTrace,
  ReferenceTrace,
} from '../compare/comparison.js';
import { figuresWith, unknown } from '../compare/estimate.js';
import { PowerIntegral } from '../compare/reference/integral.js';
import { formatSi } from '../units.js';
import { type CountedSpan, countedSpans } from './sides/counted-spans.js';

const usPerS = 1e6;
const joulesPerUj = 1e-6;
/** Of a time of which a larger share was not measured no energy is told. */
const mostSilent = 0.1;
/** Fewer readings tell nothing of when within the time between two of them something was counted: a lag of them would be chance. */
const fewest = 30;

/** Whether a counter was read so seldom, or counted runs with silence between them, that only what it counted can be compared. */
export const isReadSeldom = (
  { quantity, timeUs, value, begins = [] }: ReadingTrace,
  { timeUs: reference }: ReferenceTrace,
): boolean =>
  quantity === 'energy' &&
  (begins.length > 1 ||
    value.filter((each, n) => !Number.isNaN(each) && isWithin(timeUs[n]!, reference)).length < fewest);

const isWithin = (us: number, reference: Float64Array): boolean =>
  us >= reference[0]! && us <= reference.at(-1)!;

/**
 * Of a counter that was read too seldom for its changes to tell anything, as one that counted a whole run: what it counted from its first
 * to its last reading within A, and within each phase, beside A's energy of that time. Null where there are no two.
 */
export function countedWhole(
  reference: ReferenceTrace,
  readings: ReadingTrace,
  phases: readonly ComparedPhase[] = [],
): Comparison | null {
  if (reference.timeUs.length < 2) return null;
  const integral = new PowerIntegral(reference);
  const reach = { startUs: integral.startUs, endUs: integral.endUs };
  const spans = countedSpans(readings, [reach]);
  // Of runs whose begin is known it can be said why there is none.
  if (spans.length === 0 && !readings.begins) return null;
  const ofPart = (part: readonly CountedSpan[], why: string): Figures =>
    part.length === 0 ? figuresWith({}, why) : figuresOf(integral, readings, part);
  const [first, last] = [spans[0], spans.at(-1)];
  const { accuracy } = reference;
  return {
    ...{ verdict: 'undetermined', reason: first ? seldom : outside, kernel: 'counter' },
    figures: ofPart(spans, outside),
    ...{ rivals: [], notes: [], timeConstantS: null, events: 0, aligned: null, spans },
    spanS: lengthS(spans),
    span: first && last ? { startUs: first.startUs, endUs: last.endUs } : { startUs: 0, endUs: 0 },
    referenceUncertaintyJ:
      accuracy && first
        ? accuracy.share * joulesIn(integral, spans) + accuracy.offsetW * lengthS(spans)
        : null,
    phases: phases.map(({ name, spans: parts }) => {
      const part = countedSpans(readings, within(parts, reach));
      return { name, spanS: lengthS(part), figures: ofPart(part, 'B was not read twice in this phase') };
    }),
  };
}

const seldom =
  'B is a counter that was read too seldom to be followed: what it counted is compared as a whole';
const outside = 'no run of B lies within A, and of one that reaches beyond, the part within cannot be told';

const within = (parts: readonly ComparedSpan[], reach: ComparedSpan): ComparedSpan[] =>
  parts.map(({ startUs, endUs }) => ({
    startUs: Math.max(startUs, reach.startUs),
    endUs: Math.min(endUs, reach.endUs),
  }));

const lengthS = (spans: readonly ComparedSpan[]): number =>
  spans.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0) / usPerS;

/** @param outsideUs by how much each of them begins earlier and ends later */
const joulesIn = (integral: PowerIntegral, spans: readonly ComparedSpan[], outsideUs = 0): number =>
  spans.reduce((sum, { startUs, endUs }) => {
    const from = Math.max(startUs - outsideUs, integral.startUs);
    const to = Math.min(endUs + outsideUs, integral.endUs);
    return sum + (integral.energyUj(to) - integral.energyUj(from)) * joulesPerUj;
  }, 0);

function figuresOf(
  integral: PowerIntegral,
  { pollUncertaintyUs = 0 }: ReadingTrace,
  spans: readonly CountedSpan[],
): Figures {
  const [energyA, spanS] = [joulesIn(integral, spans), lengthS(spans)];
  const energyB = spans.reduce((sum, { energyJ }) => sum + energyJ, 0);
  // What A took in a gap lies between its least and its most, and straight across between those too.
  let [silentUs, silentJ] = [0, 0];
  for (const { startUs, endUs } of spans) {
    const [lowW, highW] = integral.extremesW(startUs, endUs);
    const us = integral.silent.within(startUs, endUs);
    silentUs += us;
    silentJ += us * (highW - lowW) * joulesPerUj;
  }
  const notMeasured = `A was not measured ${formatSi(silentUs / usPerS, 's', 2)} of that time`;
  const reach = [
    joulesIn(integral, spans, -pollUncertaintyUs) - silentJ,
    joulesIn(integral, spans, pollUncertaintyUs) + silentJ,
  ] as const;
  const estimate = (of: (energyAJ: number) => number): Estimate => {
    if (silentUs > mostSilent * spanS * usPerS) return unknown(notMeasured);
    if (pollUncertaintyUs === 0) {
      const why = silentUs > 0 ? notMeasured : 'how well its instants are known nobody says';
      return { value: of(energyA), interval: null, reason: why };
    }
    const [x, y] = reach.map(of) as [number, number];
    return { value: of(energyA), interval: [Math.min(x, y), Math.max(x, y)], reason: null };
  };
  return figuresWith(
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
    seldom,
  );
}
