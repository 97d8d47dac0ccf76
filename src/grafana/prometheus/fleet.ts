// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dashboard
import { benchTable, type Fleet, mostTable, silentTable } from '../fleet.js';
import { joined } from '../parts/panels.js';
import { instant, range, source, table } from '../parts/promql.js';
import { anyPicker, componentPicker, silencePicker } from '../parts/variables.js';

const of = '{instance=~"$instance",component="$component"}';
const joules = `powerlog_energy_joules_total${of}`;
const samples = 'powerlog_samples_total{instance=~"$instance"}';
const byBench = 'by (board, instance)';
const meanOf = (span: string): string => `sum ${byBench} (rate(${joules}[${span}]))`;
const lastOf = (instants: string): string => `max ${byBench} (${instants})`;
/** Seconds since a bench was scraped; its counter stays where it was where the board is gone. */
const silence = `time() - (${lastOf(`timestamp(${samples})`)} or ${lastOf(`max_over_time(timestamp(${samples})[$__range:10s])`)})`;
const stuck = `(sum ${byBench} (increase(${samples}[\${silent_s}s])) == 0)`;

export const fleet: Fleet = {
  variables: [
    anyPicker({
      name: 'instance',
      label: 'Instance',
      source,
      query: 'label_values(powerlog_samples_total, instance)',
    }),
    componentPicker(),
    silencePicker(),
  ],
  count: [
    instant('A', `count(sum ${byBench} (count_over_time(${samples}[$__range])))`, 'seen'),
    instant('B', `count(sum ${byBench} (increase(${samples}[\${silent_s}s])) > 0)`, 'reporting'),
  ],
  total: [instant('A', `sum(${meanOf('${silent_s}s')})`, '$component')],
  energy: [instant('A', `sum(increase(${joules}[$__range]))`, '$component')],
  byBench: [range('A', meanOf('$__rate_interval'), '{{board}} on {{instance}}')],
  reporting: [range('A', `count(sum ${byBench} (increase(${samples}[$__rate_interval])) > 0)`, 'benches')],
  most: mostTable({
    first: 'power',
    queries: [table('A', `topk(10, ${meanOf('$__range')})`)],
    transformations: joined({ Value: 'power' }),
  }),
  silent: silentTable({
    first: 'silent',
    queries: [table('A', `${silence} > $silent_s`), table('B', stuck)],
    transformations: joined({ 'Value #A': 'silent', 'Value #B': 'samples' }),
  }),
  benches: benchTable({
    first: 'silent',
    queries: [
      table('A', meanOf('$__range')),
      table('B', `max ${byBench} (max_over_time(powerlog_power_max_watts${of}[$__range]))`),
      table('C', silence),
    ],
    transformations: joined({ 'Value #A': 'mean', 'Value #B': 'peak', 'Value #C': 'silent' }),
  }),
};
