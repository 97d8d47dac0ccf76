import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { begun, type Database } from './begun.js';
import { bars, curves, figures, type Rows, rows } from './parts/panels.js';
import type { PanelBuilder, Queries, Variables } from './parts/source.js';

/** What the dashboard of all benches asks a database. */
export interface Fleet {
  readonly variables: Variables;
  /** How many benches there are in the span shown, and how many of them say something now. */
  readonly count: Queries;
  readonly total: Queries;
  readonly energy: Queries;
  readonly byBench: Queries;
  readonly reporting: Queries;
  /** Tables, which every database fills in its own way. */
  readonly most: PanelBuilder;
  readonly silent: PanelBuilder;
  readonly benches: PanelBuilder;
}

/** All benches: who is silent, and who draws most. */
export function fleetDashboard(fleet: Fleet, database: Database): DashboardBuilder {
  const panels: readonly PanelBuilder[] = [
    figures({
      title: 'Benches',
      about: 'All that sent anything in the span shown, and those that still do.',
      unit: 'short',
      width: 8,
      queries: fleet.count,
    }),
    figures({
      title: 'Power of all',
      about: 'The sum of the mean powers of those that are not silent.',
      unit: 'watt',
      width: 8,
      queries: fleet.total,
    }),
    figures({
      title: 'Energy of all',
      about: 'Of the span shown.',
      unit: 'joule',
      width: 8,
      queries: fleet.energy,
    }),
    fleet.most,
    fleet.silent,
    curves({
      title: 'Power by bench',
      about: 'Mean power of the component that is picked.',
      unit: 'watt',
      width: 24,
      least: '10s',
      queries: fleet.byBench,
    }),
    bars({
      title: 'Benches that report',
      about: 'How many sent anything in each interval.',
      unit: 'short',
      width: 24,
      least: '1m',
      queries: fleet.reporting,
    }),
    fleet.benches,
  ];
  const dashboard = begun(database, {
    name: 'fleet',
    about: 'All benches: who is silent, and who draws most.',
    from: 'now-1h',
    refresh: '30s',
    variables: fleet.variables,
  });
  for (const panel of panels) dashboard.withPanel(panel);
  return dashboard;
}

type Table = Pick<Rows, 'queries' | 'transformations' | 'first' | 'ascending'>;

const units = {
  '/_w$|power|mean|peak/': 'watt',
  '/_j$|energy/': 'joule',
  '/silent/': 's',
  Time: 'dateTimeFromNow',
};

export const mostTable = (table: Table) =>
  rows({
    title: 'Who draws most',
    about: 'The ten benches with the highest mean power in the span shown.',
    width: 12,
    units,
    ...table,
  });

export const silentTable = (table: Table) =>
  rows({
    title: 'Who is silent',
    about:
      'Benches that sent something in the span shown, and nothing since longer than what is picked above.',
    width: 12,
    units,
    ...table,
  });

export const benchTable = (table: Table) =>
  rows({ title: 'All benches', about: 'In the span shown.', width: 24, units, ...table });
