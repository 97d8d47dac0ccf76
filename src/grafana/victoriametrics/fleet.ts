// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dashboard
import { benchTable, type Fleet, mostTable, silentTable } from '../fleet.js';
import { joined } from '../parts/panels.js';
import { instant, range, source, table } from '../parts/promql.js';
import { anyPicker, componentPicker, silencePicker } from '../parts/variables.js';

const hosts = '{host=~"$host"}';
const power = `powerlog_\${component}_power_w${hosts}`;
const interval = `powerlog_interval_s${hosts}`;
const byBench = 'by (board, host)';
/** A bench's last run is the one that speaks. */
const meanOf = (span: string): string => `avg ${byBench} (avg_over_time(${power}[${span}]))`;
const lastOf = (instants: string): string => `max ${byBench} (${instants})`;
/** Seconds since the last point of each: what is five minutes old at most is seen at once, older ones by looking back. */
const silence = `time() - (${lastOf(`timestamp(${power})`)} or ${lastOf(`max_over_time(timestamp(${power})[$__range:1m])`)})`;

export const fleet: Fleet = {
  variables: [
    anyPicker({ name: 'host', label: 'Host', source, query: 'label_values(powerlog_system_power_w, host)' }),
    componentPicker(),
    silencePicker(),
  ],
  count: [
    instant('A', `count(${meanOf('$__range')})`, 'seen'),
    instant('B', `count(${meanOf('${silent_s}s')})`, 'reporting'),
  ],
  total: [instant('A', `sum(${meanOf('${silent_s}s')})`, '$component')],
  energy: [
    instant(
      'A',
      `sum(sum_over_time(${power}[$__range]) * avg_over_time(${interval}[$__range]))`,
      '$component',
    ),
  ],
  byBench: [range('A', meanOf('$__interval'), '{{board}} on {{host}}')],
  reporting: [range('A', `count(${meanOf('$__interval')})`, 'benches')],
  most: mostTable({
    first: 'power',
    queries: [table('A', `topk(10, ${meanOf('$__range')})`)],
    transformations: joined({ Value: 'power' }),
  }),
  silent: silentTable({
    first: 'silent',
    queries: [table('A', `${silence} > $silent_s`)],
    transformations: joined({ Value: 'silent' }),
  }),
  benches: benchTable({
    first: 'silent',
    queries: [
      table('A', meanOf('$__range')),
      table('B', `max ${byBench} (max_over_time(${power}[$__range]))`),
      table('C', silence),
    ],
    transformations: joined({ 'Value #A': 'mean', 'Value #B': 'peak', 'Value #C': 'silent' }),
  }),
};
