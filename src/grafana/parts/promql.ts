import {
  DataqueryBuilder,
  PromQueryFormat,
  QueryEditorMode,
} from '@grafana/grafana-foundation-sdk/prometheus';
import { pickedSource, type Query } from './source.js';

export const source = pickedSource('prometheus');

const query = (refId: string, expr: string): DataqueryBuilder =>
  new DataqueryBuilder().refId(refId).datasource(source).expr(expr).editorMode(QueryEditorMode.Code);

/** Values over the span shown; `legend` may hold labels, as in `{{rail}}`. */
export const range = (refId: string, expr: string, legend: string): Query =>
  query(refId, expr).range().format(PromQueryFormat.TimeSeries).legendFormat(legend);

/** One value each, at the end of the span shown. */
export const instant = (refId: string, expr: string, legend: string): Query =>
  query(refId, expr).instant().format(PromQueryFormat.TimeSeries).legendFormat(legend);

/** One value each, at the end of the span shown, in a table with a column for each label. */
export const table = (refId: string, expr: string): Query =>
  query(refId, expr).instant().format(PromQueryFormat.Table);

export const annotated = (expr: string, step: string): Query => query('Anno', expr).range().interval(step);

/** What Grafana makes of a `query_result` without labels: braces, the value, and the instant. */
export const valueOfResult = '/} (-?[0-9.]+)/';

/** `A`, `B`, `C`, … */
export const letter = (n: number): string => String.fromCharCode(65 + n);
