// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dashboard
import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Now } from '../now.js';
import { components, rails } from '../parts/names.js';
import { curves, fixedColour, joined, rows } from '../parts/panels.js';
import { annotated, instant, letter, range, source, table, valueOfResult } from '../parts/promql.js';
import { onePicker, reckoned, runFilter, runPicker } from '../parts/variables.js';

const board = 'board="$board"';
const picked = `{${board},run=~"$run"}`;
const system = 'powerlog_system_power_w';

/** Of the runs that are picked, whose spans are apart. */
const mean = (name: string): string => `avg(avg_over_time(powerlog_${name}${picked}[$__interval]))`;
/** Each mean times the interval that it stands for. */
const energy = (name: string, selected: string, span: string): string =>
  `sum_over_time(powerlog_${name}_power_w${selected}[${span}]) * avg_over_time(powerlog_interval_s${selected}[${span}])`;

const runA = `${system}{${board},run="$run_a"}`;
const runB = `${system}{${board},run="$run_b"}`;
const result = (expr: string): string => `query_result(${expr})`;
/**
 * Within a minute after the first point, over a fortnight: VictoriaMetrics looks at no more than 30,000 instants. Of a run that
 * is younger than that, its last point.
 */
const minuteOf = (run: string): string =>
  result(`ceil(min(min_over_time(timestamp(${run})[14d:1m]) or timestamp(${run})))`);
/** The instant of the first point, to 20 ms: it is looked for within the minute that ends where it is seen first. */
const beginOf = (run: string, minute: string): string =>
  `min(min_over_time(timestamp(${run})[61s:20ms] @ ${minute}))`;

const phases = rows({
  title: 'Phases',
  about: 'What powerlog exec measured between two marks.',
  width: 12,
  units: { '/energy/': 'joule', duration: 's' },
  queries: [
    table('A', `last_over_time(powerlog_marks_duration_s${picked.replace('}', ',kind="phase"}')}[$__range])`),
    table(
      'B',
      `last_over_time(powerlog_marks_system_energy_j${picked.replace('}', ',kind="phase"}')}[$__range])`,
    ),
  ],
  transformations: joined({ 'Value #A': 'duration', 'Value #B': 'energy' }),
});

const ofBoard = `{${board}}`;
const runs = rows({
  title: 'Runs',
  about: 'All of this bench in the span shown; joules are the sum of each mean times its interval.',
  width: 12,
  units: { energy: 'joule', '/mean|peak/': 'watt' },
  queries: [
    table('A', energy('system', ofBoard, '$__range')),
    table('B', `avg_over_time(${system}${ofBoard}[$__range])`),
    table('C', `max_over_time(${system}_max${ofBoard}[$__range])`),
    table('D', `count_over_time(${system}${ofBoard}[$__range])`),
  ],
  transformations: joined({
    'Value #A': 'energy',
    'Value #B': 'mean',
    'Value #C': 'peak',
    'Value #D': 'points',
  }),
});

const marked = (name: string, colour: string, kinds: string) => {
  // Such a database keeps no texts: the name is that of the label. The instant is of the mark itself, which the step of a query would only come near to.
  const expr = `1000 * timestamp(powerlog_marks_name{${board},run=~"$run",kind=~"${kinds}"})`;
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .iconColor(colour)
    .expr(expr)
    .step('1s')
    .useValueForTime(true)
    .titleFormat('{{kind}} {{mark}}')
    .tagKeys('kind,run')
    .target(annotated(expr, '1s'));
};

export const now: Now = {
  variables: [
    onePicker({ name: 'board', label: 'Board', source, query: `label_values(${system}, board)` }),
    runFilter({ name: 'run', label: 'Run', source, query: `label_values(${system}{${board}}, run)` }),
    runPicker({ name: 'run_a', label: 'Run A', source, query: `label_values(${system}{${board}}, run)` }),
    runPicker({
      name: 'run_b',
      label: 'Run B',
      source,
      query: `label_values(${system}{${board},run!="$run_a"}, run)`,
    }),
    reckoned('minute_a', source, minuteOf(runA), valueOfResult),
    reckoned('minute_b', source, minuteOf(runB), valueOfResult),
    reckoned(
      'shift_ms',
      source,
      result(`round(1000 * (${beginOf(runA, '$minute_a')} - ${beginOf(runB, '$minute_b')}))`),
      valueOfResult,
    ),
  ],
  annotations: [marked('Marks', 'blue', 'begin|end|point'), marked('Phases', 'orange', 'phase')],
  power: components.map((name, n) => range(letter(n), mean(`${name}_power_w`), name)),
  peak: [
    instant(
      'A',
      `max(max_over_time(${system}_max${picked}[$__range]) or max_over_time(${system}${picked}[$__range]))`,
      'system',
    ),
  ],
  energy: components.map((name, n) => instant(letter(n), `sum(${energy(name, picked, '$__range')})`, name)),
  components: components.map((name, n) => range(letter(n), mean(`${name}_power_w`), name)),
  spikes: [
    range(
      'A',
      `max(max_over_time(${system}_max${picked}[$__interval]) or max_over_time(${system}${picked}[$__interval]))`,
      'max',
    ),
    range(
      'B',
      `min(min_over_time(${system}_min${picked}[$__interval]) or min_over_time(${system}${picked}[$__interval]))`,
      'min',
    ),
  ],
  rails: rails.map((name, n) => range(letter(n), mean(`${name}_power_w`), name)),
  voltages: rails.map((name, n) => range(letter(n), mean(`${name}_voltage_v`), name)),
  energyBars: components.map((name, n) =>
    range(letter(n), `sum(${energy(name, picked, '$__interval')})`, name),
  ),
  rate: [
    range('A', `sum(count_over_time(${system}${picked}[$__interval])) * 1000 / $__interval_ms`, 'points'),
  ],
  coverage: [
    range(
      'A',
      `sum(sum_over_time(powerlog_interval_s${picked}[$__interval])) * 1000 / $__interval_ms`,
      'intervals of means',
    ),
  ],
  more: [phases, runs],
  overlay: curves({
    title: 'Run A, and run B moved to where A begins',
    about:
      'Mean power of the whole system. The span shown is that of run A; both began in the last fortnight.',
    unit: 'watt',
    width: 24,
    queries: [
      range('A', `avg(avg_over_time(${runA}[$__interval]))`, 'A: $run_a'),
      range('B', `avg(avg_over_time(${runB}[$__interval] offset \${shift_ms}ms))`, 'B: $run_b'),
    ],
  }).overrideByQuery('B', fixedColour('#d55e00')),
};
