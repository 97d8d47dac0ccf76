import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { KindId } from './begun.js';
import { fleetDashboard } from './fleet.js';
import { kinds } from './kinds.js';
import { nowDashboard } from './now.js';
import { type Asked, datasources, providers } from './provisioning.js';

export interface GrafanaSource {
  readonly kind: KindId;
  /** Else its own machine. */
  readonly url?: string;
  /** Else powerlog's. */
  readonly database?: string;
}

/** A file for Grafana, its path with `/`. */
export interface GrafanaFile {
  readonly path: string;
  readonly text: string;
}

/** Dashboards and provisioning for these databases; `at` is the folder that Grafana finds them in. */
export function grafanaFiles(sources: readonly GrafanaSource[], at: string): readonly GrafanaFile[] {
  const asked = sources.map(({ kind, url, database }): Asked => {
    const { port } = kinds[kind];
    return { kind: kinds[kind], url: url ?? `http://127.0.0.1:${port}`, database: database ?? 'powerlog' };
  });
  return [
    { path: 'provisioning/datasources/powerlog.yaml', text: datasources(asked) },
    { path: 'provisioning/dashboards/powerlog.yaml', text: providers(`${at}/dashboards`) },
    ...asked.flatMap(({ kind }) => [
      { path: `dashboards/${kind.id}-now.json`, text: json(nowDashboard(kind.now, kind)) },
      { path: `dashboards/${kind.id}-fleet.json`, text: json(fleetDashboard(kind.fleet, kind)) },
    ]),
  ];
}

/** Panels are numbered here: Grafana wants each to have a number of its own. */
function json(builder: DashboardBuilder): string {
  const dashboard = builder.build();
  const panels = dashboard.panels?.map((panel, n) => ({ ...panel, id: n + 1 }));
  return `${JSON.stringify({ ...dashboard, panels }, null, 2)}\n`;
}
