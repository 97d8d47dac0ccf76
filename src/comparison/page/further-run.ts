import { usageError } from '../../errors.js';
import { openByteInput } from '../../file/byte-input.js';
import type { Rested } from '../../report/rested.js';
import { csvFormOf } from '../../session/rows/csv-form.js';
import { oneClock } from '../clock/one-clock.js';
import { compareFiles } from '../compare-files.js';
import { componentOf } from '../sides/component.js';
import { isCapture, nameOf, openSide } from '../sides/open-side.js';
import { factsOf, summaryOf } from '../sides/recording-facts.js';
import type { Side } from '../sides/side.js';
import { trackRested } from './track-rested.js';

const headBytes = 16 << 10;
const usPerS = 1e6;

/** Readings beside a recording, and what is added to their instants for them to lie on its axis, µs. */
export interface FurtherRun {
  readonly rested: Rested;
  readonly offsetUs: number;
  readonly guesses: readonly string[];
}

/** Whether a file is neither a capture nor a board's CSV: a sensor's track, or anybody's. @throws UserError (badInput) */
export async function isForeign(path: string): Promise<boolean> {
  if (path === '-' || (await isCapture(path))) return false;
  const input = await openByteInput(path);
  try {
    const head = new Uint8Array(headBytes);
    const count = await input.read(head);
    const [line] = Buffer.from(head.subarray(0, count)).toString('latin1').split('\n', 1);
    return csvFormOf(line!.split(',')) === undefined;
  } finally {
    await input.close();
  }
}

/**
 * Reads a sensor's track, or anybody's readings, as a run beside a recording: on its clock, and where that is asked for moved by as
 * much as its curve is late.
 * @throws UserError (usage, badInput)
 */
export async function readFurtherRun(path: string, first: Rested, movesByLag: boolean): Promise<FurtherRun> {
  const side = await openSide(path, {
    names: { column: 'compare --column-b', time: 'compare --time-b' },
    component: undefined,
  });
  const wanted = componentOf(side.source ?? '') ?? componentOf(side.column) ?? componentOf(nameOf(path));
  const components = first.series.filter(({ kind }) => kind === 'component').map(({ name }) => name);
  const component = components.find((name) => name === wanted) ?? components[0]!;
  const { shiftUs, isKnown, guess } = oneClock(asSide(first), side, undefined);
  if (!isKnown)
    throw usageError(
      `${path}: its times do not count from an instant that ${first.path} knows; compare says more`,
    );
  const lateUs = movesByLag ? await lagUs(first.path, path, component) : 0;
  return {
    rested: await trackRested(side, component),
    offsetUs: shiftUs - lateUs,
    guesses: [...side.guesses, ...(guess === null ? [] : [guess])],
  };
}

/** As much of a recording as tells its clock. */
function asSide({ path, reach, header, summary }: Rested): Side {
  const placed = summaryOf(path);
  return {
    ...{ path, column: '', source: null, quantity: 'power', unit: 'W', uuid: null, resolutionUs: 1 },
    ...{ clock: { kind: 'recording', startUnixUs: header.startUnixUs }, originUs: header.startUnixUs ?? 0 },
    timeUs: Float64Array.of(reach?.firstUs ?? 0, reach?.lastUs ?? (summary.duration_s ?? 0) * usPerS),
    ...{ value: new Float64Array(2), guesses: [], remarks: [] },
    recording: placed && factsOf(placed),
  };
}

/** @throws UserError (usage) where it cannot be told */
async function lagUs(pathA: string, pathB: string, component: string): Promise<number> {
  const { comparison } = await compareFiles(pathA, pathB, { columnA: component });
  const { value, reason } = comparison.figures.shift_s;
  if (value === null)
    throw usageError(`--align lag: how late ${pathB} is cannot be told: ${reason ?? comparison.reason}`);
  return value * usPerS;
}
