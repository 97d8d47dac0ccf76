import { basename } from 'node:path';
import type { PhaseSummary } from '../../exec/figures/summaries.js';
import { formatUncertain } from '../../measure/honest-digits.js';
import { printable } from '../../text.js';
import { tool } from '../../tool.js';
import { fixed, formatSi, plural } from '../../units.js';
import type { Rested } from '../rested.js';
import { type SpanSummary, summaryBetween } from '../span/span-summary.js';
import type { Window } from './window.js';

/** One run of a figure, and what of it is shown. */
interface Captioned {
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

export const nameOf = ({ path }: Rested): string =>
  path === '-' ? 'standard input' : printable(basename(path));

/**
 * The numbers behind a figure, as lines of text: so that one who has only the picture can tell what it is of.
 * @throws UserError (usage) where a part is shown of what can be read once only
 */
export async function describe(runs: readonly Captioned[]): Promise<string> {
  const texts: string[] = [];
  for (const run of runs) texts.push(await describeRun(run));
  return [...texts, `Drawn by ${tool.name} ${tool.version}.`].join('\n');
}

async function describeRun(run: Captioned): Promise<string> {
  const { rested, chosen, fromUs, toUs } = run;
  const { summary, reach } = rested;
  if (!reach || !isShown(reach, fromUs, toUs)) return `${nameOf(rested)}: not recorded then.`;
  const { board, start_unix_s } = summary;
  // Up to its first and last sample it is whole, with the silences beyond them.
  const part = await summaryBetween(rested, {
    fromUs: fromUs <= reach.firstUs ? undefined : fromUs,
    toUs: toUs >= reach.lastUs ? undefined : toUs,
  });
  const start = start_unix_s === null ? '' : `; 0 s is ${new Date(start_unix_s * 1e3).toISOString()}`;
  return [
    `${nameOf(rested)}: power of ${board.product}${board.name ? ` (${printable(board.name)})` : ''} from ${fixed(part.from_s!, 3)} s to ${fixed(part.to_s!, 3)} s${start}.`,
    ...chosen.map((series) => describeSeries(run, part, series)),
    resolutionText(run, part),
    ...phasesText(part, firstComponent(rested, chosen)),
    ...listed(
      'Marks',
      rested.flags
        .filter(({ atUs }) => atUs >= fromUs && atUs <= toUs)
        .map(({ name, atUs }) => `${printable(name)} at ${fixed(atUs / usPerS, 3)} s`),
    ),
    ...listed(
      'Not measured',
      part.gaps.map(
        ({ start_s, end_s, cause }) => `${fixed(start_s, 3)} s to ${fixed(end_s, 3)} s (${cause})`,
      ),
    ),
  ].join('\n');
}

/** Of a recording that ends or begins at an edge nothing is; a sample alone is. */
const isShown = (reach: { firstUs: number; lastUs: number }, fromUs: number, toUs: number): boolean =>
  reach.lastUs > reach.firstUs
    ? reach.lastUs > fromUs && reach.firstUs < toUs
    : reach.lastUs >= fromUs && reach.firstUs <= toUs;

function describeSeries({ rested, window }: Captioned, part: SpanSummary, series: number): string {
  const { name, kind } = rested.series[series]!;
  const { power_w, energy_j } = kind === 'component' ? part : { power_w: undefined, energy_j: undefined };
  const power = power_w?.[name] ?? part.rails[name]?.power_w;
  const mean = power?.mean ?? null;
  const extremes = hidesExtremes(rested) ? power : extremesOf(window, series);
  const energyJ = energy_j?.[name] ?? part.rails[name]?.energy_j ?? null;
  const uncertaintyJ = (kind === 'component' ? part.energy_uncertainty_j[name] : null) ?? null;
  const facts = [
    ...(mean === null ? [] : [`mean ${watts(mean)}`]),
    ...(extremes?.min == null ? [] : [`min ${watts(extremes.min)}`]),
    ...(extremes?.max == null ? [] : [`max ${watts(extremes.max)}`]),
    ...(energyJ === null ? [] : [`energy ${joules(energyJ, uncertaintyJ)}`]),
  ];
  return `${name}: ${facts.length === 0 ? 'not measured' : facts.join(', ')}.`;
}

/** Whether what is drawn are means of samples, whose extremes the summary knows at most. */
const hidesExtremes = ({ meansUs, isHeld }: Rested): boolean => meansUs !== null && !isHeld;

function extremesOf(window: Window, series: number): { min: number | null; max: number | null } {
  const { minMw, maxMw } = window.extremes(series);
  return Number.isNaN(minMw) ? { min: null, max: null } : { min: minMw / mwPerW, max: maxMw / mwPerW };
}

/** What is drawn, and what a column's range is of. */
function drawnOf({ meansUs, isHeld }: Rested, { samples, sample_rate_hz }: SpanSummary): [string, string] {
  const measured = 'that was measured in it';
  if (isHeld) return ['readings, each held until the next', measured];
  if (meansUs !== null) return [`means of ${formatSi(meansUs / usPerS, 's', 3)}`, 'of these means in it'];
  const rate = sample_rate_hz === null ? '' : ` at ${fixed(sample_rate_hz, 1)} Hz`;
  return [`${plural(samples ?? 0, 'sample')}${rate}`, measured];
}

function resolutionText({ rested, window, rollingUs }: Captioned, part: SpanSummary): string {
  const [from, most] = drawnOf(rested, part);
  const { intervalUs } = window;
  const by =
    intervalUs === null
      ? ''
      : `, by the extremes and the energy of intervals of ${formatSi(intervalUs / usPerS, 's', 3)}`;
  const line =
    rollingUs === undefined
      ? 'lines are the means of columns'
      : `lines are means over ${formatSi(rollingUs / usPerS, 's', 3)}`;
  return `Drawn from ${from}${by}; each column reaches from the least to the most ${most}, ${line}.`;
}

/** Whose joules stand at the phases: the first component that is shown. */
export const firstComponent = ({ series }: Rested, chosen: readonly number[]): string | null =>
  chosen.map((n) => series[n]!).find(({ kind }) => kind === 'component')?.name ?? null;

function phasesText({ phases = [] }: SpanSummary, component: string | null): string[] {
  const long = (phases as readonly PhaseSummary[]).filter(({ duration_s }) => duration_s !== 0);
  return listed(
    component === null ? 'Phases' : `Phases (energy of ${component})`,
    long.map(({ name, times, energy_j, energy_uncertainty_j }) => {
      const energyJ = component === null ? null : (energy_j[component] ?? null);
      const cost = energyJ === null ? '' : ` ${joules(energyJ, energy_uncertainty_j[component!] ?? null)}`;
      return `${printable(name)}${times > 1 ? ` (${plural(times, 'time')})` : ''}${cost}`;
    }),
  );
}

function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > mostListed ? [`and ${items.length - mostListed} more`] : [];
  return [`${title}: ${[...items.slice(0, mostListed), ...more].join('; ')}.`];
}

/** With its uncertainty where that is known. */
const joules = (energyJ: number, uncertaintyJ: number | null): string =>
  uncertaintyJ === null
    ? formatSi(energyJ, 'J', digits)
    : `${formatUncertain(energyJ, uncertaintyJ, 'J')} (95 %)`;
const watts = (value: number): string => formatSi(value, 'W', digits);
