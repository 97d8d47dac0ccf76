import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Variables } from './parts/source.js';
import { sourcePicker } from './parts/variables.js';

export type KindId = 'influxdb' | 'victoriametrics' | 'prometheus';

/** A database as dashboards call it. */
export interface Database {
  readonly id: KindId;
  /** In the names of sources and dashboards. */
  readonly title: string;
  /** Grafana's name for what asks it. */
  readonly source: 'influxdb' | 'prometheus';
}

interface Beginning {
  readonly name: 'now' | 'fleet';
  readonly about: string;
  readonly from: string;
  readonly refresh: string;
  readonly variables: Variables;
}

export const sourceUid = ({ id }: Pick<Database, 'id'>): string => `powerlog-${id}`;
export const sourceTitle = ({ title }: Pick<Database, 'title'>): string => `powerlog: ${title}`;

/** What every dashboard has: its name, its span, the picker of its source, and the way to the other one. */
export function begun(
  database: Database,
  { name, about, from, refresh, variables }: Beginning,
): DashboardBuilder {
  return new DashboardBuilder(`powerlog: ${name} (${database.title})`)
    .uid(`powerlog-${database.id}-${name}`)
    .description(`${about} Made by powerlog grafana.`)
    .tags(['powerlog', database.id])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh(refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('powerlog')
        .type(DashboardLinkType.Dashboards)
        .tags(['powerlog', database.id])
        .keepTime(true),
    )
    .variables([sourcePicker(database.source, sourceUid(database), sourceTitle(database)), ...variables]);
}
