import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import type { AnnotationQueryBuilder, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

export type Query = cog.Builder<cog.Dataquery>;
export type Queries = readonly Query[];
export type Variables = readonly cog.Builder<VariableModel>[];
export type Annotations = readonly AnnotationQueryBuilder[];
export type PanelBuilder = cog.Builder<Panel>;

/** Whichever source of its type is picked at the top of a dashboard. */
export const pickedSource = (type: 'influxdb' | 'prometheus'): DataSourceRef => ({
  type,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the dashboard's
  uid: '${source}',
});
