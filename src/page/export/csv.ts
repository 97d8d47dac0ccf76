import type { Piece } from '../../draw/packing.js';
import type { PageRun } from '../../draw/page-data.js';
import { fixed } from '../../units.js';
import { Instants } from '../data/instants.js';
import type { Range } from '../state/range.js';
import type { Recording } from '../state/recording.js';

const usPerS = 1_000_000;
const mwPerW = 1e3;
const joulesPerMwUs = 1e-9;

/**
 * A stretch of a run as CSV, its columns named as in powerlog's own: the samples, or the means, or of intervals their means, extremes and lengths.
 * Energies of such rows add up to that of the stretch.
 */
export async function csvOf({ run, store, offsetUs }: Recording, { fromUs, toUs }: Range): Promise<string> {
  const piece = await store.finest(fromUs - offsetUs, toUs - offsetUs);
  if (piece.kind === 'intervals') return intervalRows(run, piece);
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
  { series, startUnixUs, startUs, endUs }: PageRun,
  { grid, series: envelopes }: Extract<Piece, { kind: 'intervals' }>,
): string {
  const names = series.flatMap(({ name }) => [
    `${name}_power_w`,
    `${name}_power_min_w`,
    `${name}_power_max_w`,
  ]);
  const lines = [['time_s', 'unix_time_s', 'interval_s', ...names].join(',')];
  for (let n = 0; n < grid.count; n++) {
    // The first and the last interval are measured in part.
    const fromUs = Math.max(grid.startUs + n * grid.intervalUs, startUs);
    const toUs = Math.min(grid.startUs + (n + 1) * grid.intervalUs, endUs);
    if (toUs <= fromUs || Number.isNaN(envelopes[0]?.minMw[n] ?? Number.NaN)) continue;
    const cells = envelopes.flatMap(({ minMw, maxMw, energyJ }) => {
      const mean = (energyJ[n + 1]! - energyJ[n]!) / (joulesPerMwUs * (toUs - fromUs));
      return [wattsOf(mean), wattsOf(minMw[n]!), wattsOf(maxMw[n]!)];
    });
    const middleUs = Math.round((fromUs + toUs) / 2);
    lines.push([...instants(middleUs, startUnixUs), fixed((toUs - fromUs) / usPerS, 6), ...cells].join(','));
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

const wattsOf = (mw: number): string => fixed(mw / mwPerW, 3);
