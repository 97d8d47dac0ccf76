import { basename } from 'node:path';
import { seriesStyles, type Theme } from '../../draw/colours.js';
import { energyBetweenJ } from '../../draw/envelope.js';
import type { PageBand } from '../../draw/page-data.js';
import {
  type Figure,
  type FigureBand,
  type FigureLine,
  type FigureRun,
  pixelsOf,
} from '../../draw/svg/figure.js';
import { usageError } from '../../errors.js';
import { formatSi } from '../../units.js';
import { pageRun } from '../page-run.js';
import type { Rested } from '../rested.js';
import { describe } from './caption.js';
import { chooseSeries } from './choice.js';
import { gapsOf, Window } from './columns.js';
import { figureFont } from './fonts.js';

/** How a figure looks. */
export interface FigureStyle {
  readonly widthCm: number;
  readonly heightCm: number;
  readonly dpi: number;
  readonly theme: Theme;
  readonly title: string;
  /** Names and globs with commas; the components where absent. */
  readonly series?: string | undefined;
  readonly rolling?: Rolling | undefined;
}

/** How long a rolling mean is of. */
export type Rolling = { readonly samples: number } | { readonly us: number };

/** What is shown; as far as there is something where absent. Instants on the first run's clock, µs. */
export interface FigureStretch {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
}

const usPerS = 1e6;
/** Columns between two samples, from which on each sample is a dot. */
const columnsPerDot = 4;
const costDigits = 3;

/** @throws UserError (usage) where a series or a stretch is asked for that there is not */
export function figureOf(recordings: readonly Rested[], style: FigureStyle, stretch: FigureStretch): Figure {
  const runs = recordings.map((rested, n) => ({
    rested,
    page: pageRun(rested, `run${n}`, { kind: 'samples', count: 0 }),
  }));
  const fromUs = stretch.fromUs ?? Math.min(...runs.map(({ page }) => page.startUs + page.offsetUs));
  const toUs = stretch.toUs ?? Math.max(...runs.map(({ page }) => page.endUs + page.offsetUs));
  if (!(toUs > fromUs))
    throw usageError(`there is nothing to draw from ${fromUs / usPerS} s to ${toUs / usPerS} s`);
  const { width } = pixelsOf(style);
  const mostDots = width / columnsPerDot;
  const windows = runs.map(
    ({ rested, page: { offsetUs } }) => new Window(rested, fromUs - offsetUs, toUs - offsetUs),
  );
  const chosen = runs.map(({ rested }) => chooseSeries(rested.series, style.series));
  const lines = runs.flatMap(({ rested, page: { offsetUs } }, run): FigureLine[] => {
    const styles = seriesStyles(
      rested.series.map(({ name }) => name),
      style.theme,
    );
    const window = windows[run]!;
    const windowUs = style.rolling && rollingUs(style.rolling, rested);
    return chosen[run]!.map((n) => ({
      ...{ name: rested.series[n]!.name, run, ...styles[n]!, ...window.extremes(n) },
      columns: (count) => window.columns(n, count),
      rolling: windowUs === undefined ? null : (count) => window.rolling(n, count, windowUs),
      dots:
        window
          .dots(n, mostDots)
          ?.map(({ timeUs, powerMw }) => ({ timeUs: timeUs.map((us) => us + offsetUs), powerMw })) ?? null,
    }));
  });
  const shown = recordings.map((rested, n) => chosen[n]!.map((place) => rested.series[place]!.name));
  return {
    ...style,
    ...{ fromUs, toUs, lines, font: figureFont },
    name: style.title || recordings.map(({ path }) => basename(path)).join(', '),
    runs: runs.map(({ rested, page }, n) => figureRun(rested, page, shown[n]!)),
    description: describe(
      runs.map(({ rested, page: { offsetUs } }, n) => ({
        ...{ rested, chosen: chosen[n]!, window: windows[n]! },
        ...{ fromUs: fromUs - offsetUs, toUs: toUs - offsetUs },
        rollingUs: style.rolling && rollingUs(style.rolling, rested),
      })),
    ),
  };
}

/** A mean of so many samples is of as many median spacings. @throws UserError (usage) where there is none */
export function rollingUs(rolling: Rolling, { path, summary }: Rested): number {
  if ('us' in rolling) return rolling.us;
  const { median } = summary.interval_s;
  if (median === null) throw usageError(`--rolling: ${path} has too few samples for a spacing; give a time`);
  return rolling.samples * median * usPerS;
}

function figureRun(rested: Rested, page: ReturnType<typeof pageRun>, shown: readonly string[]): FigureRun {
  const { offsetUs } = page;
  const moved = <Span extends { fromUs: number; toUs: number }>(span: Span): Span => ({
    ...span,
    fromUs: span.fromUs + offsetUs,
    toUs: span.toUs + offsetUs,
  });
  const bands = bandsOf(rested, page.bands, shown).map(moved);
  return {
    name: page.name,
    gaps: gapsOf(rested).map(moved),
    bands: bands.filter(({ fromUs, toUs }) => toUs > fromUs),
    flags: distinct([
      ...page.flags.map(({ name, atUs }) => ({ name, atUs: atUs + offsetUs })),
      // A phase that only marks an instant is one.
      ...bands
        .filter(({ fromUs, toUs }) => toUs === fromUs)
        .map(({ name, fromUs }) => ({ name, atUs: fromUs })),
    ]),
  };
}

const distinct = (flags: FigureRun['flags']): FigureRun['flags'] => [
  ...new Map(flags.map((flag) => [`${Math.round(flag.atUs)} ${flag.name}`, flag])).values(),
];

/** Phases, or else the runs or the command, with the joules of the first component that is shown. */
function bandsOf(rested: Rested, bands: readonly PageBand[], shown: readonly string[]): FigureBand[] {
  const kind = (['phase', 'run', 'command'] as const).find((each) =>
    bands.some((band) => band.kind === each),
  );
  const wanted = bands.filter((band) => band.kind === kind);
  const component = shown.find((name) => wanted.some(({ energyJ }) => Object.hasOwn(energyJ, name)));
  const place = rested.series.findIndex(({ name }) => name === component);
  return wanted.map(({ name, startUs, endUs, energyJ }) => {
    const isOne = wanted.filter((other) => other.name === name).length === 1;
    // A phase's joules are of all the times that it ran; a band is one of them.
    const joules =
      component === undefined
        ? null
        : isOne
          ? energyJ[component]!
          : energyBetweenJ(rested.envelopes.grid, rested.envelopes.series[place]!, startUs, endUs);
    return {
      ...{ name, fromUs: startUs, toUs: endUs },
      cost: joules === null ? '' : formatSi(joules, 'J', costDigits),
    };
  });
}
