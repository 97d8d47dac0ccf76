// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dashboard
import * as common from '@grafana/grafana-foundation-sdk/common';
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import * as xychart from '@grafana/grafana-foundation-sdk/xychart';
import type { Now } from '../now.js';
import { components, rails } from '../parts/names.js';
import { figures, legend, rows } from '../parts/panels.js';
import { onePicker, runFilter, runPicker, stepPicker } from '../parts/variables.js';
import { each, events, series, source, table } from './query.js';

const board = '"board" =~ /^${board:regex}$/';
const picked = `${board} AND "run" =~ /^\${run:regex}$/ AND $timeFilter`;
const from = `FROM "powerlog" WHERE ${picked}`;
const marks = `FROM "powerlog_marks" WHERE ${picked}`;
const anyRail = (suffix: string): string => `/^(${rails.join('|')})_${suffix}$/`;

const tagValues = (tag: string, where: string): string =>
  `SHOW TAG VALUES FROM "powerlog" WITH KEY = "${tag}"${where}`;

/** Runs apart from each other, so that nothing is reckoned across the time between two. */
const ofRuns = (terms: string, grouped = ''): string =>
  `SELECT ${each(components, (name) => `sum("${name}")`)} FROM (SELECT ${terms} ${from} GROUP BY ${grouped}"run")`;
const integrals = each(components, (name) => `integral("${name}_power_w")`);

/**
 * A run over the seconds since it began. InfluxQL reckons with no instants and selects no power beside their differences: both
 * are sums that are taken apart again.
 */
const sinceBegin = (run: string): string =>
  `SELECT cumulative_sum("ms") / 1000 AS "time_s", difference("sum") AS "${run}" FROM (SELECT elapsed("p", 1ms) AS "ms", ` +
  `cumulative_sum("p") AS "sum" FROM (SELECT mean("system_power_w") AS "p" FROM "powerlog" WHERE ${board} AND "run" =~ /^${run.replace('}', ':regex}')}$/ ` +
  'GROUP BY time($step) fill(none)))';

const phases = rows({
  title: 'Phases',
  about: 'What powerlog exec measured between two marks.',
  width: 12,
  units: { '/_energy_j$/': 'joule', duration_s: 's' },
  queries: [
    table('A', `SELECT "name", "run", "count", "duration_s", /_energy_j$/ ${marks} AND "kind" = 'phase'`),
  ],
});

const runs = rows({
  title: 'Runs',
  about: 'All of this bench in the span shown; joules are the integral over what was sent.',
  width: 12,
  units: { energy: 'joule', '/mean|peak/': 'watt' },
  queries: [
    table(
      'A',
      'SELECT integral("system_power_w") AS "energy", mean("system_power_w") AS "mean", max("system_power_w") AS "peak", ' +
        `count("system_power_w") AS "points" FROM "powerlog" WHERE ${board} AND $timeFilter GROUP BY "run", "host"`,
    ),
  ],
});

const ofMeans = figures({
  title: 'Energy, of means',
  about: 'Where the sender has --influx-rate: the sum of each mean times the interval that it stands for.',
  unit: 'joule',
  width: 24,
  queries: [
    series(
      'A',
      `SELECT ${each(components, (name) => `sum("${name}")`)} FROM (SELECT ` +
        `${each(components, (name) => `"${name}_power_w" * "interval_s"`)} ${from})`,
    ),
  ],
}).noValue('sent at full rate');

export const now: Now = {
  variables: [
    onePicker({ name: 'board', label: 'Board', source, query: tagValues('board', '') }),
    runFilter({ name: 'run', label: 'Run', source, query: tagValues('run', ` WHERE ${board}`) }),
    runPicker({ name: 'run_a', label: 'Run A', source, query: tagValues('run', ` WHERE ${board}`) }),
    runPicker({
      name: 'run_b',
      label: 'Run B',
      source,
      query: tagValues('run', ` WHERE ${board} AND "run" !~ /^\${run_a:regex}$/`),
    }),
    stepPicker(),
  ],
  annotations: [
    new AnnotationQueryBuilder()
      .name('Marks')
      .datasource(source)
      .iconColor('blue')
      .target(events(`SELECT "name", "kind" ${marks} AND "kind" =~ /^(begin|end|point)$/`)),
    new AnnotationQueryBuilder()
      .name('Phases')
      .datasource(source)
      .iconColor('orange')
      .target(events(`SELECT "name", "kind", "end_unix_ms" ${marks} AND "kind" = 'phase'`, 'end_unix_ms')),
  ],
  power: [series('A', `SELECT ${each(components, (name) => `last("${name}_power_w")`)} ${from}`)],
  peak: [series('A', `SELECT max(/^system_power_w(_max)?$/) ${from}`)],
  energy: [series('A', ofRuns(integrals))],
  components: [
    series(
      'A',
      `SELECT ${each(components, (name) => `mean("${name}_power_w")`)} ${from} GROUP BY time($__interval) fill(null)`,
    ),
  ],
  spikes: [
    series('A', `SELECT max(/^system_power_w(_max)?$/) ${from} GROUP BY time($__interval) fill(null)`),
    series('B', `SELECT min(/^system_power_w(_min)?$/) ${from} GROUP BY time($__interval) fill(null)`),
  ],
  rails: [series('A', `SELECT mean(${anyRail('power_w')}) ${from} GROUP BY time($__interval) fill(null)`)],
  voltages: [
    series('A', `SELECT mean(${anyRail('voltage_v')}) ${from} GROUP BY time($__interval) fill(null)`),
  ],
  energyBars: [
    series(
      'A',
      `${ofRuns(integrals, 'time($__interval), ')} WHERE $timeFilter GROUP BY time($__interval) fill(none)`,
    ),
  ],
  rate: [
    series(
      'A',
      `SELECT count("system_power_w") * 1000 / $__interval_ms AS "points" ${from} GROUP BY time($__interval) fill(0)`,
    ),
  ],
  coverage: [
    series(
      'A',
      'SELECT count("n") * 1000 / $__interval_ms AS "seconds with samples" FROM (SELECT count("system_power_w") AS "n" ' +
        `${from} GROUP BY time(1s) fill(none)) WHERE $timeFilter GROUP BY time($__interval) fill(0)`,
    ),
    series(
      'B',
      `SELECT sum("interval_s") * 1000 / $__interval_ms AS "intervals of means" ${from} GROUP BY time($__interval) fill(none)`,
    ),
  ],
  more: [ofMeans, phases, runs],
  overlay: new xychart.PanelBuilder()
    .title('Run A and run B, from their beginnings')
    .description('Mean power of the whole system over each step, whenever the runs were.')
    .unit('watt')
    .overrideByName('time_s', [{ id: 'unit', value: 's' }])
    .mapping(xychart.SeriesMapping.Auto)
    .series([])
    .show(xychart.XYShowMode.Lines)
    .lineWidth(1)
    .legend(legend())
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single))
    .targets([table('A', sinceBegin('${run_a}')), table('B', sinceBegin('${run_b}'))])
    .span(24)
    .height(9),
};
