import { usageError } from '../../errors.js';
import type { Rested } from '../../report/rested.js';
import { oneClock } from '../clock/one-clock.js';
import { componentOfSide } from '../sides/component.js';
import { inWatts } from '../sides/magnitude.js';
import { isFile, nameOf, openSide } from '../sides/open-side.js';
import { factsOf, summaryOf } from '../sides/recording-facts.js';
import type { Side } from '../sides/side.js';
import { trackRested } from './track-rested.js';

const usPerS = 1e6;
const names = {
  ...{ column: 'compare --column-b', time: 'compare --time-b' },
  ...{ unit: 'compare --unit-b', zone: 'compare --tz-b' },
};

/** Readings beside a recording, and what is added to their instants for them to lie on its axis, µs. */
interface FurtherRun {
  readonly rested: Rested;
  readonly offsetUs: number;
  readonly guesses: readonly string[];
}

/**
 * Reads a sensor's track, or anybody's readings, as a run beside a recording: on its clock, and where that is asked for moved by as
 * much as its curve is late.
 * @throws UserError (usage, badInput)
 */
export async function readFurtherRun(path: string, first: Rested, movesByLag: boolean): Promise<FurtherRun> {
  const read = await openSide(path, { names, component: undefined });
  const wanted = componentOfSide(read);
  const components = first.series.filter(({ kind }) => kind === 'component').map(({ name }) => name);
  const component = components.find((name) => name === wanted) ?? null;
  // Of what nobody knows what it is of, the system's mean tells the unit at most.
  const recording = asSide(first, component ?? components[0]!);
  const side = inWatts(read, recording);
  const { shiftUs, isKnown, guess } = oneClock(recording, side, undefined, names);
  if (!isKnown)
    throw usageError(
      `${path}: its times do not count from an instant that ${first.path} knows; compare says more`,
    );
  const lateUs = movesByLag ? await lagUs(first.path, path, component) : 0;
  return {
    // A column of theirs that no component is known for is no power of the board's.
    rested: await trackRested(side, component ?? side.column),
    offsetUs: shiftUs - lateUs,
    guesses: [...side.guesses, ...(guess === null ? [] : [guess])],
  };
}

/** As much of a recording as tells its clock, and about what it took. */
function asSide({ path, reach, header, summary }: Rested, component: string): Side {
  const placed = summaryOf(path);
  return {
    ...{ path, column: '', source: null, quantity: 'power', unit: 'W', uuid: null, resolutionUs: 1 },
    ...{ clock: { kind: 'recording', startUnixUs: header.startUnixUs }, originUs: header.startUnixUs ?? 0 },
    timeUs: Float64Array.of(reach?.firstUs ?? 0, reach?.lastUs ?? (summary.duration_s ?? 0) * usPerS),
    ...{
      value: new Float64Array(2).fill(summary.power_w[component]?.mean ?? Number.NaN),
      guesses: [],
      remarks: [],
    },
    recording: placed && factsOf(placed),
  };
}

/**
 * @param component null where `compare` is to choose what it holds the readings against
 * @throws UserError (usage) where it cannot be told
 */
async function lagUs(pathA: string, pathB: string, component: string | null): Promise<number> {
  if (!isFile(pathA))
    throw usageError(`--align lag reads the first run twice, and ${nameOf(pathA)} can be read once only`);
  // Fitting is much to load, and most reports do without.
  const { compareFiles } = await import('../compare-files.js');
  const { comparison } = await compareFiles(pathA, pathB, { columnA: component ?? undefined });
  const { value, reason } = comparison.figures.shift_s;
  if (value === null)
    throw usageError(`--align lag: how late ${pathB} is cannot be told: ${reason ?? comparison.reason}`);
  return value * usPerS;
}
