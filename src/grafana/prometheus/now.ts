import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Now } from '../now.js';
import { curves, fixedColour, joined, rows } from '../parts/panels.js';
import { annotated, instant, range, source, table } from '../parts/promql.js';
import { earlierPicker, onePicker } from '../parts/variables.js';

const ofBoard = '{board="$board"}';
const ofSystem = '{board="$board",component="system"}';
const ofComponents = '{board="$board",component!=""}';
const ofRails = '{board="$board",rail!=""}';
const joules = 'powerlog_energy_joules_total';
/** The true mean, whatever the scrape's interval. */
const mean = (selected: string, offset = ''): string =>
  `rate(${joules}${selected}[$__rate_interval]${offset})`;

const event = (name: string, colour: string, expr: string) =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .iconColor(colour)
    .expr(expr)
    .step('60s')
    .titleFormat(name)
    .tagKeys('board')
    .target(annotated(expr, '60s'));

const senders = rows({
  title: 'What is recording',
  about: 'Version of powerlog, and how many samples and gaps it has counted.',
  width: 24,
  units: {},
  queries: [
    table('A', 'powerlog_build_info'),
    table('B', `powerlog_samples_total${ofBoard}`),
    table('C', `powerlog_gaps_total${ofBoard}`),
  ],
  transformations: joined({ 'Value #B': 'samples', 'Value #C': 'gaps' }),
});

/** Prometheus keeps no names of runs and no marks: it knows when a counter began anew, and where gaps are. */
export const now: Now = {
  variables: [
    onePicker({
      name: 'board',
      label: 'Board',
      source,
      query: 'label_values(powerlog_samples_total, board)',
    }),
    earlierPicker(),
  ],
  annotations: [
    event('A recording began', 'blue', `resets(powerlog_samples_total${ofBoard}[1m]) > 0`),
    event('Gap', 'red', `increase(powerlog_gaps_total${ofBoard}[1m]) > 0`),
  ],
  power: [range('A', `powerlog_power_watts${ofComponents}`, '{{component}}')],
  peak: [instant('A', `max(max_over_time(powerlog_power_max_watts${ofSystem}[$__range]))`, 'system')],
  energy: [instant('A', `increase(${joules}${ofComponents}[$__range])`, '{{component}}')],
  components: [range('A', mean(ofComponents), '{{component}}')],
  spikes: [
    range('A', `max_over_time(powerlog_power_max_watts${ofSystem}[$__rate_interval])`, 'max'),
    range('B', `min_over_time(powerlog_power_min_watts${ofSystem}[$__rate_interval])`, 'min'),
  ],
  rails: [range('A', mean(ofRails), '{{rail}}')],
  voltages: [range('A', `powerlog_voltage_volts${ofRails}`, '{{rail}}')],
  energyBars: [range('A', `increase(${joules}${ofComponents}[$__interval])`, '{{component}}')],
  rate: [range('A', `rate(powerlog_samples_total${ofBoard}[$__rate_interval])`, 'samples')],
  coverage: [range('A', `powerlog_coverage_ratio${ofBoard}`, 'of the recording so far')],
  more: [senders],
  overlay: curves({
    title: 'The span shown, and the one before',
    about: 'Mean power of the whole system, and what it was as much earlier as is picked above.',
    unit: 'watt',
    width: 24,
    queries: [
      range('A', mean(ofSystem), 'now'),
      range('B', mean(ofSystem, ' offset $earlier'), '$earlier earlier'),
    ],
  }).overrideByQuery('B', fixedColour('#d55e00')),
};
