import { quantile } from '../../compare/quantile.js';
import type { PowerIntegral } from '../../compare/reference/integral.js';
import type { CounterSteps } from './counter.js';
import { noBoard, type PhaseError, type PhaseErrors } from './sheet.js';

/** Lengths of phases, s. */
const phaseLengthsS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
/** Evenly chosen of what there is, overlapping where they are long. */
const mostPhases = 1000;
/** Of the way between the run's low and its high power, where load has ended and where it has begun. */
const [ended, begun] = [0.3, 0.7];
/** With less room than for so many, chance decides. */
const fewestPhases = 5;

/** What takes lateness, gain and offset off the sensor's readings. */
export interface Correction {
  readonly shiftUs: number;
  readonly gain: number;
  readonly offsetW: number;
}

interface PhaseInput {
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

export function phaseErrors(input: PhaseInput): PhaseErrors[] {
  const { reference, fromUs, toUs } = input;
  const begins = reference ? loadBegins(reference, fromUs, toUs) : [];
  return phaseLengthsS.map((lengthS) => errorsOf(lengthS, input, begins));
}

/** When the load began, µs: each time that the power rose over most of its range. */
function loadBegins({ timeUs, powerMw }: PowerIntegral, fromUs: number, toUs: number): number[] {
  const low = quantile(powerMw, 0.05);
  const high = quantile(powerMw, 0.95);
  const [fallsBelow, risesAbove] = [low + ended * (high - low), low + begun * (high - low)];
  const begins: number[] = [];
  let isOn = true;
  let lastLowUs = 0;
  for (let n = 0; n < timeUs.length; n++) {
    const mw = powerMw[n]!;
    if (mw <= fallsBelow) {
      isOn = false;
      lastLowUs = timeUs[n]!;
    } else if (!isOn && mw >= risesAbove) {
      isOn = true;
      if (lastLowUs >= fromUs && lastLowUs <= toUs) begins.push(lastLowUs);
    }
  }
  return high > low ? begins : [];
}

/** Where phases of a length begin, µs. */
function startsOf(lengthUs: number, begins: readonly number[], { fromUs, toUs }: PhaseInput): number[] {
  const fitting = begins.filter((us) => us + lengthUs <= toUs);
  if (fitting.length >= fewestPhases) {
    const stride = Math.max(1, fitting.length / mostPhases);
    return Array.from(
      { length: Math.floor(fitting.length / stride) },
      (_, n) => fitting[Math.floor(n * stride)]!,
    );
  }
  const count = Math.min(mostPhases, Math.max(200, Math.floor((toUs - fromUs) / lengthUs)));
  return Array.from({ length: count }, (_, n) => fromUs + ((toUs - fromUs - lengthUs) * n) / (count - 1));
}

function errorsOf(lengthS: number, input: PhaseInput, begins: readonly number[]): PhaseErrors {
  const { reference, power, fromUs, toUs, correction, counter } = input;
  const nothing = { lengthS, phases: 0, raw: null, corrected: null, counter: null };
  if (!reference) return { ...nothing, reason: noBoard };
  const lengthUs = lengthS * 1e6;
  const phases = Math.max(0, Math.floor((toUs - fromUs) / lengthUs));
  if (phases < fewestPhases)
    return { ...nothing, phases, reason: `the run is too short: it has room for ${phases} of them` };
  const raw: number[] = [];
  const corrected: number[] = [];
  const counted: number[] = [];
  for (const startUs of startsOf(lengthUs, begins, input)) {
    const endUs = startUs + lengthUs;
    if (!reference.covers(startUs, endUs)) continue;
    const rightJ = energyJ(reference, startUs, endUs);
    if (!(rightJ > 0)) continue;
    const note = (errors: number[], joules: number): void => {
      if (Number.isFinite(joules)) errors.push((100 * (joules - rightJ)) / rightJ);
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
    reason: correction || !power ? null : 'lateness, gain and offset are not known, and cannot be taken off',
  };
}

const energyJ = (integral: PowerIntegral, fromUs: number, toUs: number): number =>
  (integral.energyUj(toUs) - integral.energyUj(fromUs)) / 1e6;

const errorOf = (percent: readonly number[]): PhaseError | null =>
  percent.length < fewestPhases
    ? null
    : { medianPct: quantile(percent, 0.5), p95Pct: quantile(percent.map(Math.abs), 0.95) };
