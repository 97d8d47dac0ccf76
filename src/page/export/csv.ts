import type { Piece } from '../../draw/packing.js';
import type { PageRun } from '../../draw/page-data.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';
import { fixed } from '../../units.js';
import { Instants } from '../data/instants.js';
import type { Range } from '../state/range.js';
import type { Recording } from '../state/recording.js';
import { intervalRowsOf } from './interval-rows.js';

const usPerS = 1_000_000;
const mwPerW = 1e3;

/**
 * A stretch of a run as CSV, its columns named as in powerlog's own: the samples in it, or the means, or of intervals, cut at the stretch's ends,
 * their means, extremes and lengths. Means times lengths add up to the energy of the stretch, gaps included: a row that lies in one has no extremes.
 */
export async function csvOf(recording: Recording, { fromUs, toUs }: Range): Promise<string> {
  const { store, offsetUs } = recording;
  const selection = { startUs: Math.round(fromUs - offsetUs), endUs: Math.round(toUs - offsetUs) };
  const piece = await store.finest(selection.startUs, selection.endUs);
  // Of a run under way more is known by now.
  const { run } = recording;
  if (piece.kind === 'intervals') return intervalRows(run, piece, selection);
  return run.meansUs === undefined ? sampleRows(run, piece) : meanRows(run, piece);
}

function sampleRows(
  { series, startUnixUs }: PageRun,
  { timeUs, powerMw }: Extract<Piece, { kind: 'samples' }>,
): string {
  const lines = [['time_s', 'unix_time_s', ...series.map(({ name }) => `${name}_power_w`)].join(',')];
  for (let n = 0; n < timeUs.length; n++)
    lines.push(
      [...instants(timeUs[n]!, startUnixUs), ...powerMw.map((column) => wattsOf(column[n]!))].join(','),
    );
  return `${lines.join('\n')}\n`;
}

function meanRows(run: PageRun, { timeUs, powerMw }: Extract<Piece, { kind: 'samples' }>): string {
  const names = run.series.map(({ name }) => `${name}_power_w`);
  const lines = [['time_s', 'unix_time_s', 'interval_s', ...names].join(',')];
  const steps = new Instants(timeUs, run);
  for (let n = 0; n + 1 < timeUs.length; n++) {
    const lengthUs = timeUs[n + 1]! - timeUs[n]!;
    if (lengthUs === 0 || steps.isGapBehind(n)) continue;
    const cells = [fixed(lengthUs / usPerS, 6), ...powerMw.map((column) => wattsOf(column[n]!))];
    lines.push([...instants(timeUs[n]! + Math.floor(lengthUs / 2), run.startUnixUs), ...cells].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function intervalRows(
  { series, startUnixUs, startUs, endUs, gaps, resolution }: PageRun,
  { grid, series: envelopes }: Extract<Piece, { kind: 'intervals' }>,
  selection: TimeSpan,
): string {
  const names = series.flatMap(({ name }) => [
    `${name}_power_w`,
    `${name}_power_min_w`,
    `${name}_power_max_w`,
  ]);
  const lines = [['time_s', 'unix_time_s', 'interval_s', ...names].join(',')];
  const reach = { startUs: grid.reach?.firstUs ?? startUs, endUs: grid.reach?.lastUs ?? endUs };
  const quantumMw = resolution.kind === 'intervals' ? resolution.quantumMw : undefined;
  for (const { fromUs, toUs, cells } of intervalRowsOf(grid, envelopes, reach, gaps, selection, quantumMw)) {
    const middleUs = Math.round((fromUs + toUs) / 2);
    const powers = cells.flatMap(({ meanMw, minMw, maxMw }) => [meanMw, minMw, maxMw].map(wattsOf));
    lines.push([...instants(middleUs, startUnixUs), fixed((toUs - fromUs) / usPerS, 6), ...powers].join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** `time_s` and `unix_time_s`, whole microseconds; an empty cell where nobody knows the date. */
const instants = (us: number, startUnixUs: number | null): [string, string] => [
  microseconds(us),
  startUnixUs === null ? '' : microseconds(startUnixUs + us),
];

/** By whole numbers: seconds since 1970 have no exact microseconds in a double. */
function microseconds(us: number): string {
  const whole = Math.floor(us / usPerS);
  return `${whole}.${String(Math.round(us - whole * usPerS)).padStart(6, '0')}`;
}

/** An empty cell where nothing is known. */
const wattsOf = (mw: number): string => (Number.isNaN(mw) ? '' : fixed(mw / mwPerW, 3));
