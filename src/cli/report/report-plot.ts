import { braillePlot, type PlotSeries, plotColumns } from '../../draw/braille.js';
import { colourOf, seriesStyles } from '../../draw/colours.js';
import type { PageBand } from '../../draw/page-data.js';
import { chooseSeries } from '../../report/figure/choice.js';
import { Window } from '../../report/figure/window.js';
import type { Rested } from '../../report/rested.js';

/** A run as it is plotted. */
interface PlottedRun {
  readonly rested: Rested;
  readonly name: string;
  /** What is added to its instants so that all share an axis, µs. */
  readonly offsetUs: number;
  /** On its own clock, µs. */
  readonly fromUs: number;
  readonly toUs: number;
}

interface PlotChoice {
  readonly widthCells: number;
  readonly heightCells: number;
  readonly colours: boolean;
  /** As `--series` has it. */
  readonly series?: string | undefined;
}

const theme = 'dark';

/** Lines for a terminal: of one run its components, or what is asked for; of several the first of each, laid over each other. */
export async function plotLines(runs: readonly PlottedRun[], choice: PlotChoice): Promise<string[]> {
  const fromUs = Math.min(...runs.map((run) => run.fromUs + run.offsetUs));
  const toUs = Math.max(...runs.map((run) => run.toUs + run.offsetUs));
  if (!(toUs > fromUs)) return [];
  const series: PlotSeries[] = [];
  for (const { rested, name, offsetUs } of runs) {
    const window = await Window.of(rested, fromUs - offsetUs, toUs - offsetUs);
    const styles = seriesStyles(
      rested.series.map((each) => each.name),
      theme,
    );
    const places = chooseSeries(rested.series, choice.series);
    for (const place of runs.length > 1 ? places.slice(0, 1) : places) {
      const own = rested.series[place]!.name;
      series.push({
        name: runs.length > 1 ? name : own,
        columns: window.columns(place, plotColumns(choice.widthCells)),
        colour: runs.length > 1 ? colourOf('', series.length, theme) : styles[place]!.colour,
      });
    }
  }
  const { widthCells, heightCells, colours } = choice;
  const [first] = runs;
  const bands = runs.length > 1 ? [] : namedBands(first!.rested.bands);
  return braillePlot({ series, widthCells, heightCells, fromUs, toUs, colours, theme, bands });
}

/** Phases, or else runs. */
function namedBands(bands: readonly PageBand[]): { name: string; fromUs: number; toUs: number }[] {
  const kind = (['phase', 'run'] as const).find((each) => bands.some((band) => band.kind === each));
  return bands
    .filter((band) => band.kind === kind)
    .map(({ name, startUs, endUs }) => ({ name, fromUs: startUs, toUs: endUs }));
}
