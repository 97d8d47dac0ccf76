import { basename } from 'node:path';
import { energyBetweenJ } from '../../draw/envelope.js';
import { formatUncertain } from '../../measure/honest-digits.js';
import { tool } from '../../tool.js';
import { fixed, formatSi, plural } from '../../units.js';
import type { Rested } from '../rested.js';
import type { Window } from './columns.js';

/** One run of a figure, and what of it is shown. */
export interface Captioned {
  readonly rested: Rested;
  /** Its series, by their place. */
  readonly chosen: readonly number[];
  readonly window: Window;
  /** Since it began. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly rollingUs: number | undefined;
}

const usPerS = 1e6;
const mwPerW = 1e3;
const digits = 5;
const mostListed = 50;

/** The numbers behind a figure, as lines of text: so that one who has only the picture can tell what it is of. */
export const describe = (runs: readonly Captioned[]): string =>
  [...runs.map(describeRun), `Drawn by ${tool.name} ${tool.version}.`].join('\n');

function describeRun(run: Captioned): string {
  const { rested, chosen, fromUs, toUs } = run;
  const { path, summary } = rested;
  return [
    `${basename(path)}: power of ${summary.board.product}${summary.board.name ? ` (${summary.board.name})` : ''} from ${instant(fromUs)} to ${instant(toUs)}${startText(summary.start_unix_s)}.`,
    ...chosen.map((series) => describeSeries(run, series)),
    resolutionText(run),
    ...listed('Phases', phases(rested)),
    ...listed('Not measured', gaps(run)),
  ].join('\n');
}

const startText = (unixS: number | null): string =>
  unixS === null ? '' : `; 0 s is ${new Date(unixS * 1e3).toISOString()}`;

function describeSeries({ rested, window, fromUs, toUs }: Captioned, series: number): string {
  const { summary, envelopes } = rested;
  const { name } = rested.series[series]!;
  const { minMw, maxMw } = window.extremes(series);
  if (Number.isNaN(minMw)) return `${name}: not measured.`;
  const last = rested.samples?.timeUs.at(-1) ?? envelopes.grid.count * envelopes.grid.intervalUs;
  const isWhole = fromUs <= (rested.samples?.timeUs[0] ?? 0) && toUs >= last;
  const between = [Math.max(fromUs, rested.samples?.timeUs[0] ?? 0), Math.min(toUs, last)] as const;
  const energyJ =
    (isWhole ? summary.energy_j[name] : null) ??
    energyBetweenJ(envelopes.grid, envelopes.series[series]!, ...between);
  const uncertaintyJ = isWhole ? (summary.energy_uncertainty_j[name] ?? null) : null;
  const meanW = (energyJ / (between[1] - between[0])) * usPerS;
  return [
    `${name}: mean ${watts(meanW)}, min ${watts(minMw / mwPerW)}, max ${watts(maxMw / mwPerW)}, energy `,
    `${joules(energyJ, uncertaintyJ)}.`,
  ].join('');
}

function resolutionText({ rested, rollingUs }: Captioned): string {
  const { samples, envelopes, summary } = rested;
  const rate = summary.sample_rate_hz === null ? '' : ` at ${fixed(summary.sample_rate_hz, 1)} Hz`;
  const from = samples
    ? `Drawn from every one of ${plural(summary.samples, 'sample')}${rate}`
    : `Drawn from ${plural(summary.samples, 'sample')}${rate}, by extremes and energy of intervals of ${fixed(envelopes.grid.intervalUs / 1e3, 2)} ms`;
  const line =
    rollingUs === undefined
      ? 'lines are the means of columns'
      : `lines are means over ${formatSi(rollingUs / usPerS, 's', 3)}`;
  return `${from}; each column reaches from the least to the most that was measured in it, ${line}.`;
}

const phases = ({ recalled }: Rested): string[] =>
  (recalled?.phases ?? []).map(({ name, times, energy_j, energy_uncertainty_j }) => {
    const energyJ = energy_j.system ?? null;
    const cost = energyJ === null ? '' : ` ${joules(energyJ, energy_uncertainty_j.system ?? null)}`;
    return `${name}${times > 1 ? ` (${plural(times, 'time')})` : ''}${cost}`;
  });

const gaps = ({ rested, fromUs, toUs }: Captioned): string[] =>
  rested.summary.gaps
    .filter(({ start_s, end_s }) => end_s * usPerS > fromUs && start_s * usPerS < toUs)
    .map(({ start_s, end_s, cause }) => `${fixed(start_s, 3)} s to ${fixed(end_s, 3)} s (${cause})`);

function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > mostListed ? [`and ${items.length - mostListed} more`] : [];
  return [`${title}: ${[...items.slice(0, mostListed), ...more].join('; ')}.`];
}

const instant = (us: number): string => `${fixed(us / usPerS, 3)} s`;
/** With its uncertainty where that is known. */
const joules = (energyJ: number, uncertaintyJ: number | null): string =>
  uncertaintyJ === null
    ? formatSi(energyJ, 'J', digits)
    : `${formatUncertain(energyJ, uncertaintyJ, 'J')} (95 %)`;
const watts = (value: number): string => formatSi(value, 'W', digits);
