import { quantile } from '../../compare/quantile.js';
import type { PowerIntegral } from '../../compare/reference/integral.js';
import type { CounterSteps } from './counter.js';
import type { PhaseError, PhaseErrors } from './sheet.js';

/** Lengths of phases, s. */
export const phaseLengthsS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
/** Laid evenly over the run, overlapping where they are long. */
const mostPhases = 1000;
/** With less room than for so many, chance decides. */
const fewestPhases = 5;

/** What takes lateness, gain and offset off the sensor's readings. */
export interface Correction {
  readonly shiftUs: number;
  readonly gain: number;
  readonly offsetW: number;
}

export interface PhaseInput {
  /** What is right; null without a board. */
  readonly reference: PowerIntegral | null;
  /** The sensor's readings, by straight lines between the polls, as everybody sums them up; null where it only counts. */
  readonly power: PowerIntegral | null;
  /** What both reach over, µs. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly correction: Correction | null;
  readonly counter: CounterSteps | null;
}

export const phaseErrors = (input: PhaseInput): PhaseErrors[] =>
  phaseLengthsS.map((lengthS) => errorsOf(lengthS, input));

function errorsOf(lengthS: number, input: PhaseInput): PhaseErrors {
  const { reference, power, fromUs, toUs, correction, counter } = input;
  const nothing = { lengthS, phases: 0, raw: null, corrected: null, counter: null };
  if (!reference) return { ...nothing, reason: 'there is no board to hold it against' };
  const lengthUs = lengthS * 1e6;
  const phases = Math.max(0, Math.floor((toUs - fromUs) / lengthUs));
  if (phases < fewestPhases)
    return { ...nothing, phases, reason: `the run is too short: it has room for ${phases} of them` };
  const raw: number[] = [];
  const corrected: number[] = [];
  const counted: number[] = [];
  const count = Math.min(mostPhases, Math.max(phases, 200));
  for (let n = 0; n < count; n++) {
    const startUs = fromUs + ((toUs - fromUs - lengthUs) * n) / (count - 1);
    const endUs = startUs + lengthUs;
    if (!reference.covers(startUs, endUs)) continue;
    const rightJ = energyJ(reference, startUs, endUs);
    if (!(rightJ > 0)) continue;
    const note = (errors: number[], joules: number): void => {
      if (Number.isFinite(joules)) errors.push((100 * Math.abs(joules - rightJ)) / rightJ);
    };
    if (power?.covers(startUs, endUs)) note(raw, energyJ(power, startUs, endUs));
    if (power && correction) {
      const { shiftUs, gain, offsetW } = correction;
      const [lateStartUs, lateEndUs] = [startUs + shiftUs, endUs + shiftUs];
      if (power.covers(lateStartUs, lateEndUs))
        note(corrected, (energyJ(power, lateStartUs, lateEndUs) - offsetW * lengthS) / gain);
    }
    if (counter) note(counted, counter.joulesUntil(endUs) - counter.joulesUntil(startUs));
  }
  return {
    ...{ lengthS, phases, raw: errorOf(raw), corrected: errorOf(corrected), counter: errorOf(counted) },
    reason:
      correction || !power ? null : 'lateness, gain and offset are not known, and cannot be taken off',
  };
}

const energyJ = (integral: PowerIntegral, fromUs: number, toUs: number): number =>
  (integral.energyUj(toUs) - integral.energyUj(fromUs)) / 1e6;

const errorOf = (percent: readonly number[]): PhaseError | null =>
  percent.length < fewestPhases
    ? null
    : { medianPct: quantile(percent, 0.5), p95Pct: quantile(percent, 0.95) };
