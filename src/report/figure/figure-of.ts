import { seriesStyles, type Theme } from '../../draw/colours.js';
import type { PageBand } from '../../draw/page-data.js';
import { type Figure, type FigureLine, type FigureRun, pixelsOf, pointPx } from '../../draw/svg/figure.js';
import { usageError } from '../../errors.js';
import { formatSi } from '../../units.js';
import { gapsUs } from '../reading/gaps.js';
import type { Rested } from '../rested.js';
import { describe, firstComponent, nameOf } from './caption.js';
import { chooseSeries } from './choice.js';
import { figureFont } from './fonts.js';
import { type Rolling, rollingUs } from './rolling.js';
import { Window } from './window.js';

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

/** What is shown; as far as there is something where absent. Instants on the first run's clock, µs. */
export interface FigureStretch {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
}

const usPerS = 1e6;
/** Between two samples, from which on each is a dot. */
const spacingPt = 3;
const costDigits = 3;

/**
 * @param offsetsUs by run, what is added to its instants so that all share the first one's axis
 * @throws UserError (usage) where a series or a stretch is asked for that there is not
 */
export async function figureOf(
  recordings: readonly Rested[],
  offsetsUs: readonly number[],
  style: FigureStyle,
  stretch: FigureStretch,
): Promise<Figure> {
  const { fromUs, toUs } = shownOf(recordings, offsetsUs, stretch);
  const leastSpacingUs = ((toUs - fromUs) * spacingPt * pointPx(style)) / pixelsOf(style).width;
  const runs = await Promise.all(
    recordings.map(async (rested, n) => {
      const offsetUs = offsetsUs[n]!;
      const within = { fromUs: fromUs - offsetUs, toUs: toUs - offsetUs };
      return {
        ...{ rested, offsetUs, ...within },
        chosen: chooseSeries(rested.series, style.series),
        window: await Window.of(rested, within.fromUs, within.toUs),
        rollingUs: style.rolling && rollingUs(style.rolling, rested),
      };
    }),
  );
  const lines = runs.flatMap(({ rested, offsetUs, chosen, window, rollingUs: windowUs }, run) => {
    const styles = seriesStyles(
      rested.series.map(({ name }) => name),
      style.theme,
    );
    return chosen.map(
      (n): FigureLine => ({
        ...{ name: rested.series[n]!.name, run, ...styles[n]!, ...window.extremes(n) },
        columns: (count) => window.columns(n, count),
        rolling: windowUs === undefined ? null : (count) => window.rolling(n, count, windowUs),
        dots:
          window
            .dots(n, leastSpacingUs)
            ?.map(({ timeUs, powerMw }) => ({ timeUs: timeUs.map((us) => us + offsetUs), powerMw })) ?? null,
      }),
    );
  });
  return {
    ...style,
    ...{ fromUs, toUs, lines, font: figureFont },
    name: style.title || recordings.map(nameOf).join(', '),
    runs: runs.map(({ rested, offsetUs, chosen }) => figureRun(rested, offsetUs, chosen)),
    description: await describe(runs),
  };
}

/** What is asked for, as far as one of the runs reaches. */
function shownOf(
  recordings: readonly Rested[],
  offsetsUs: readonly number[],
  { fromUs, toUs }: FigureStretch,
): { fromUs: number; toUs: number } {
  const reaches = recordings.flatMap(({ reach }, n) =>
    reach ? [{ first: Math.min(0, reach.firstUs) + offsetsUs[n]!, last: reach.lastUs + offsetsUs[n]! }] : [],
  );
  const names = recordings.map(nameOf).join(' and ');
  if (reaches.length === 0) throw usageError(`there is nothing to draw: ${names} has no samples`);
  const first = Math.min(...reaches.map((each) => each.first));
  const reached = Math.max(...reaches.map((each) => each.last));
  const last = reached > first ? reached : first + usPerS; // a sample alone has an axis too
  const shown = { fromUs: Math.max(fromUs ?? first, first), toUs: Math.min(toUs ?? last, last) };
  if (shown.toUs > shown.fromUs) return shown;
  throw usageError(
    `there is nothing to draw: ${names} was recorded from ${first / usPerS} s to ${last / usPerS} s, and nothing of that lies between --from and --to`,
  );
}

function figureRun(rested: Rested, offsetUs: number, chosen: readonly number[]): FigureRun {
  const moved = ({ startUs, endUs }: { startUs: number; endUs: number }) => ({
    fromUs: startUs + offsetUs,
    toUs: endUs + offsetUs,
  });
  return {
    name: nameOf(rested),
    gaps: gapsUs(rested.summary).map(moved),
    bands: bandsOf(rested.bands, firstComponent(rested, chosen)).map(({ name, cost, ...span }) => ({
      name,
      cost,
      ...moved(span),
    })),
    flags: rested.flags.map(({ name, atUs }) => ({ name, atUs: atUs + offsetUs })),
  };
}

/** Phases, or else the runs or the command, with the joules of the first component that is shown. */
function bandsOf(
  bands: readonly PageBand[],
  component: string | null,
): { name: string; cost: string; startUs: number; endUs: number }[] {
  const kind = (['phase', 'run', 'command'] as const).find((each) =>
    bands.some((band) => band.kind === each),
  );
  return bands
    .filter((band) => band.kind === kind)
    .map(({ name, startUs, endUs, energyJ }) => {
      const joules = component === null ? null : (energyJ[component] ?? null);
      return { name, startUs, endUs, cost: joules === null ? '' : formatSi(joules, 'J', costDigits) };
    });
}
