import { compareTraces } from '../compare/compare.js';
import type { ComparedPhase, Comparison, ReadingTrace, ReferenceTrace } from '../compare/comparison.js';
import { inputError, usageError } from '../errors.js';
import type { OptionNames } from '../foreign/foreign-track.js';
import { gapLimitUs } from '../measure/gaps.js';
import { coarseLagUs } from './clock/coarse-lag.js';
import { fittedClock, type OneClock, oneClock } from './clock/one-clock.js';
import { withoutLags } from './clock/without-lags.js';
import { countedWhole, isReadSeldom } from './counted-whole.js';
import { runsLeftOut } from './runs-left-out.js';
import { componentOf, componentOfSide } from './sides/component.js';
import { inSeconds, inWatts } from './sides/magnitude.js';
import { nearestComponent } from './sides/nearest-component.js';
import { nameOf, openSide } from './sides/open-side.js';
import type { Side } from './sides/side.js';
import { medianSpacing } from './sides/spacing.js';
import { twinRemarks } from './twins.js';

/** What people say of the two files instead of having it guessed. */
export interface CompareOptions {
  readonly columnA?: string | undefined;
  readonly columnB?: string | undefined;
  readonly timeB?: string | undefined;
  readonly unitB?: string | undefined;
  readonly tzB?: string | undefined;
}

const namesA = { column: '--column-a', time: null, unit: null, zone: null };
const namesB = { column: '--column-b', time: '--time-b', unit: '--unit-b', zone: '--tz-b' };

/** Two files that were held against each other. */
export interface ComparedFiles {
  /** Instants of `b` are on the clock of `a`. */
  readonly a: Side;
  readonly b: Side;
  readonly reference: ReferenceTrace;
  readonly readings: ReadingTrace;
  readonly comparison: Comparison;
  readonly clock: OneClock;
  /** What was guessed, of either, a sentence each. */
  readonly guesses: readonly string[];
  /** What else should be known of the files. */
  readonly remarks: readonly string[];
}

const fewest = 2;
const mwPerW = 1e3;

/**
 * Opens A and B, puts both on one clock, and compares them.
 * @throws UserError (usage, badInput)
 */
export async function compareFiles(
  pathA: string,
  pathB: string,
  options: CompareOptions,
): Promise<ComparedFiles> {
  const sides = await openSides(pathA, pathB, options, namesB);
  return compareSides(sides.a, sides.b, options.tzB, namesB);
}

/** @throws UserError (usage, badInput) */
export async function openSides(
  pathA: string,
  pathB: string,
  { columnA, columnB, timeB, unitB }: CompareOptions,
  names: OptionNames,
): Promise<{ readonly a: Side; readonly b: Side }> {
  const given = columnA === undefined ? undefined : componentOf(columnA);
  const b = await openSide(pathB, {
    ...{ names, column: columnB, time: timeB, unit: unitB },
    component: given ?? undefined,
  });
  const like = given ?? componentOfSide(b);
  const near = like === null && columnA === undefined ? nearestComponent(pathA, b) : null;
  const a = await openReference(pathA, columnA, like ?? near?.component ?? null);
  const guesses = near ? [near.guess, ...a.guesses] : a.guesses;
  return { a: inWatts({ ...a, guesses }, null), b };
}

/** A's power: what is asked for, or what B is of, where A has that. */
async function openReference(
  path: string,
  column: string | undefined,
  component: string | null,
): Promise<Side> {
  if (column !== undefined || component === null) {
    const side = await openSide(path, {
      names: namesA,
      column,
      component: column === undefined ? 'system' : undefined,
    });
    return refuseCounter(side);
  }
  try {
    return refuseCounter(await openSide(path, { names: namesA, component }));
  } catch (error) {
    // A may not tell components apart, or not this one.
    const plain = await openSide(path, { names: namesA, component: 'system' }).catch(() => null);
    if (!plain) throw error;
    return refuseCounter(plain);
  }
}

function refuseCounter(side: Side): Side {
  if (side.quantity === 'power') return side;
  throw usageError(
    `'${side.column}' of ${nameOf(side.path)} counts joules, and the reference must be a power: name one with --column-a, or give the two files the other way round`,
  );
}

/** @throws UserError (usage, badInput) */
export function compareSides(a: Side, b: Side, zone: string | undefined, names: OptionNames): ComparedFiles {
  const scaled = inWatts(inSeconds(b, a), a);
  for (const side of [a, scaled])
    if (side.timeUs.length < fewest)
      throw inputError(
        `${nameOf(side.path)} holds ${side.timeUs.length === 1 ? '1 reading' : 'no readings'}: a comparison needs at least ${fewest}`,
      );
  const reference = referenceOf(a);
  let clock = oneClock(a, scaled, zone, names);
  if (!clock.isKnown)
    clock = fittedClock(scaled, a, coarseLagUs(a, scaled) ?? a.timeUs[0]! - scaled.timeUs[0]!);
  const { timeUs, value, quantity, begins, stampUs, resolutionUs } = scaled;
  if (clock.shiftUs !== 0) for (let n = 0; n < timeUs.length; n++) timeUs[n]! += clock.shiftUs;
  const readings: ReadingTrace = {
    ...{ timeUs, value, quantity },
    ...(begins ? { begins } : {}),
    ...(stampUs && a.clock.kind === 'recording' && a.clock.startUnixUs !== null
      ? { updatedUs: stampUs.map((us) => us - a.originUs) }
      : {}),
    ...(resolutionUs > 1 ? { pollUncertaintyUs: resolutionUs / 2 } : {}),
  };
  const found = comparisonOf(reference, readings, a.recording?.phases ?? []);
  return {
    ...{ a, b: scaled, reference, readings, clock },
    comparison: clock.isKnown ? found : withoutLags(found, clock.guess!),
    guesses: [...a.guesses, ...scaled.guesses, ...(clock.guess === null ? [] : [clock.guess])],
    remarks: [
      ...a.remarks.map((text) => `${nameOf(a.path)}: ${text}`),
      ...scaled.remarks.map((text) => `${nameOf(b.path)}: ${text}`),
      ...runsLeftOut(reference, readings, nameOf(a.path)).map((text) => `${nameOf(b.path)}: ${text}`),
      ...twinRemarks(a, scaled),
    ],
  };
}

/** What readings too seldom to be followed counted is compared as a whole. */
function comparisonOf(
  reference: ReferenceTrace,
  readings: ReadingTrace,
  phases: readonly ComparedPhase[],
): Comparison {
  const whole = () => countedWhole(reference, readings, phases);
  const seldom = isReadSeldom(readings, reference) ? whole() : null;
  if (seldom) return seldom;
  const fitted = compareTraces(reference, readings, { phases });
  const isLost = readings.quantity === 'energy' && fitted.figures.energy_b_j.value === null;
  return (isLost ? whole() : null) ?? fitted;
}

/** A's powers as the comparison takes them; its own column is not needed any more. */
function referenceOf({ timeUs, value, recording }: Side): ReferenceTrace {
  const isWhole = !value.some(Number.isNaN);
  const known = isWhole ? timeUs : timeUs.filter((_, n) => !Number.isNaN(value[n]!));
  const powerMw = isWhole ? value : value.filter((watts) => !Number.isNaN(watts));
  for (let n = 0; n < powerMw.length; n++) powerMw[n]! *= mwPerW;
  const share = recording?.accuracyShare ?? null;
  return {
    ...{ timeUs: known, powerMw },
    gapLimitUs: gapLimitUs(medianSpacing(known)),
    ...(share === null ? {} : { accuracy: { share, offsetW: 0 } }),
  };
}
