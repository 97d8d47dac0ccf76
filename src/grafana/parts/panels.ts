import * as common from '@grafana/grafana-foundation-sdk/common';
import type { DataTransformerConfig, DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { colours } from './names.js';
import type { Queries } from './source.js';

/** Of 24 columns. */
type Width = 4 | 6 | 8 | 12 | 24;

interface Shown {
  readonly title: string;
  readonly about: string;
  readonly unit: string;
  readonly width: Width;
  readonly queries: Queries;
  /** The least that one point of a curve stands for. */
  readonly least?: string;
  readonly transformations?: readonly DataTransformerConfig[];
}

export const fixedColour = (colour: string): DynamicConfigValue[] => [
  { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
];

/** Where a sender is silent for longer than this, a curve is interrupted. */
const longestBridgedMs = 2000;

/** What the SDK's builders of panels have in common. */
interface PanelBuilder {
  title(text: string): this;
  description(text: string): this;
  targets(queries: Queries[number][]): this;
  transformations(all: DataTransformerConfig[]): this;
  span(columns: number): this;
  height(rows: number): this;
}

const dressed = <Panel extends PanelBuilder>(
  panel: Panel,
  { title, about, queries, transformations = [], width }: Omit<Shown, 'unit'>,
  height: number,
): Panel =>
  panel
    .title(title)
    .description(about)
    .targets([...queries])
    .transformations([...transformations])
    .span(width)
    .height(height);

/** Curves over time. */
export function curves(shown: Shown): timeseries.PanelBuilder {
  const panel = dressed(new timeseries.PanelBuilder(), shown, 8)
    .unit(shown.unit)
    .lineWidth(1)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(longestBridgedMs)
    .legend(legend())
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
  if (shown.least) panel.interval(shown.least);
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, fixedColour(colour));
  return panel;
}

export const legend = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([]);

/** One bar for each interval. */
export const bars = (shown: Shown): timeseries.PanelBuilder =>
  curves(shown).drawStyle(common.GraphDrawStyle.Bars).fillOpacity(60);

/** Numbers in large digits. */
export function figures(shown: Shown): stat.PanelBuilder {
  const panel = dressed(new stat.PanelBuilder(), shown, 5)
    .unit(shown.unit)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, fixedColour(colour));
  return panel;
}

export interface Rows extends Omit<Shown, 'unit'> {
  /** Of columns whose names are so, or match a pattern between slashes. */
  readonly units: Readonly<Record<string, string>>;
  /** The column that rows are sorted by, the greatest first unless it is ascending. */
  readonly first?: string;
  readonly ascending?: boolean;
}

export function rows({ first, ascending = false, ...shown }: Rows): table.PanelBuilder {
  const panel = dressed(new table.PanelBuilder(), shown, 8).showHeader(true);
  if (first) panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(first).desc(!ascending)]);
  for (const [pattern, unit] of Object.entries(shown.units))
    panel.overrideByRegexp(pattern, [{ id: 'unit', value: unit }]);
  return panel;
}

/** Names of fields made shorter: what `pattern` captures. */
export const renamed = (pattern: string): DataTransformerConfig => ({
  id: 'renameByRegex',
  options: { regex: pattern, renamePattern: '$1' },
});

/** The rows of several queries as one table, joined by the columns that they share. */
export const joined = (names: Readonly<Record<string, string>>): readonly DataTransformerConfig[] => [
  { id: 'merge', options: {} },
  {
    id: 'organize',
    options: { excludeByName: { Time: true }, renameByName: names },
  },
];
