import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { begun, type Database } from './begun.js';
import { bars, curves, figures, renamed } from './parts/panels.js';
import type { Annotations, PanelBuilder, Queries, Variables } from './parts/source.js';

/** What the dashboard of one bench asks a database. */
export interface Now {
  readonly variables: Variables;
  readonly annotations: Annotations;
  readonly power: Queries;
  readonly peak: Queries;
  readonly energy: Queries;
  readonly components: Queries;
  readonly spikes: Queries;
  readonly rails: Queries;
  readonly voltages: Queries;
  readonly energyBars: Queries;
  readonly rate: Queries;
  readonly coverage: Queries;
  /** What differs: phases and runs, where the database knows them. */
  readonly more: readonly PanelBuilder[];
  /** Two runs, or two spans, on one axis. */
  readonly overlay: PanelBuilder;
}

const ofRails = renamed('^(?:mean_)?(.*?)(?:_power_w|_voltage_v)?$');

/** One bench: what it draws now, and what the runs in the span shown have cost. */
export function nowDashboard(now: Now, database: Database): DashboardBuilder {
  const dashboard = begun(database, {
    name: 'now',
    about: 'What one bench draws, and what its runs have cost.',
    from: 'now-15m',
    refresh: '10s',
    variables: now.variables,
  }).annotations([...now.annotations]);
  const panels: readonly PanelBuilder[] = [
    figures({
      title: 'Power',
      about: 'The last mean of each component.',
      unit: 'watt',
      width: 8,
      queries: now.power,
    }),
    figures({
      title: 'Energy',
      about: 'Of the span shown, and of the run that is picked.',
      unit: 'joule',
      width: 12,
      queries: now.energy,
    }),
    figures({
      title: 'Peak',
      about: 'The highest power of the whole system in the span shown.',
      unit: 'watt',
      width: 4,
      queries: now.peak,
    }),
    curves({
      title: 'Components',
      about: 'Mean power over each point.',
      unit: 'watt',
      width: 24,
      queries: now.components,
    }),
    curves({
      title: 'Spikes of the whole system',
      about: 'The least and the most within each point, which a mean does not show.',
      unit: 'watt',
      width: 12,
      queries: now.spikes,
    }),
    bars({
      title: 'Energy by interval',
      about: 'Joules in each bar.',
      unit: 'joule',
      width: 12,
      least: '1m',
      queries: now.energyBars,
    }),
    curves({
      title: 'Rails',
      about: 'Mean power of each rail, where the sender has --columns rails.',
      unit: 'watt',
      width: 12,
      queries: now.rails,
      transformations: [ofRails],
    }),
    curves({
      title: 'Voltages',
      about: 'Of each rail, where the sender has --columns rails.',
      unit: 'volt',
      width: 12,
      queries: now.voltages,
      transformations: [ofRails],
    }),
    curves({
      title: 'Rate',
      about: 'What arrives in a second: samples, or means.',
      unit: 'hertz',
      width: 12,
      least: '10s',
      queries: now.rate,
    }),
    curves({
      title: 'Coverage',
      about: 'The share of the time that what arrived stands for.',
      unit: 'percentunit',
      width: 12,
      least: '10s',
      queries: now.coverage,
    }).min(0),
  ];
  for (const panel of panels) dashboard.withPanel(panel);
  for (const panel of now.more) dashboard.withPanel(panel);
  return dashboard.withRow(new RowBuilder('Two on one axis')).withPanel(now.overlay);
}
