import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { components } from './names.js';

interface Picker {
  readonly name: string;
  readonly label: string;
  readonly source: DataSourceRef;
  readonly query: string;
}

/** The source that the dashboard asks: where there are several, the one that powerlog provisioned comes first. */
export const sourcePicker = (type: 'influxdb' | 'prometheus', uid: string, title: string) =>
  new DatasourceVariableBuilder('source').label('Source').type(type).current({ text: title, value: uid });

const picker = ({ name, label, source, query }: Picker) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged);

/** One of what there is, in alphabetical order. */
export const onePicker = (what: Picker) => picker(what).sort(VariableSort.AlphabeticalAsc);

/** One of the runs. They are called after the instant that they began at, so that the last one comes first. */
export const runPicker = (what: Picker) => picker(what).sort(VariableSort.AlphabeticalDesc);

/** Any of what there is, at first all of it. */
export const anyPicker = (what: Picker) =>
  onePicker(what).multi(true).includeAll(true).allValue('.*').current({ text: 'All', value: '$__all' });

/** A run, or all of those in the span shown. */
export const runFilter = (what: Picker) =>
  runPicker(what).includeAll(true).allValue('.*').current({ text: 'All', value: '$__all' });

/** A number that others are made from, which nobody picks. */
export const reckoned = (name: string, source: DataSourceRef, query: string, regex: string) =>
  picker({ name, label: name, source, query }).regex(regex).hide(VariableHide.HideVariable);

const choice = (name: string, label: string, values: readonly string[], first: string) =>
  new CustomVariableBuilder(name)
    .label(label)
    .values(values.join(','))
    .options(values.map((value) => ({ text: value, value, selected: value === first })))
    .current({ text: first, value: first });

export const componentPicker = () => choice('component', 'Component', components, 'system');

/** How long nothing has to come from a bench until it counts as silent, in seconds. */
export const silencePicker = () =>
  choice('silent_s', 'Silent after, s', ['10', '30', '60', '300', '3600'], '60');

/** How fine two runs are drawn over each other. */
export const stepPicker = () => choice('step', 'Step', ['10ms', '100ms', '1s', '10s', '1m'], '1s');

/** How far back the other of two spans lies. */
export const earlierPicker = () => choice('earlier', 'Beside', ['1h', '6h', '1d', '7d', '30d'], '1h');
