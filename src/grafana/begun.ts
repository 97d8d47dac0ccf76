import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Kind } from './kind.js';
import type { Variables } from './parts/source.js';
import { sourcePicker } from './parts/variables.js';

interface Beginning {
  readonly name: 'now' | 'fleet';
  readonly about: string;
  readonly from: string;
  readonly refresh: string;
  readonly variables: Variables;
}

export const sourceUid = ({ id }: Pick<Kind, 'id'>): string => `powerlog-${id}`;
export const sourceTitle = ({ title }: Pick<Kind, 'title'>): string => `powerlog: ${title}`;

/** What every dashboard has: its name, its span, the picker of its source, and the way to the other one. */
export function begun(
  kind: Pick<Kind, 'id' | 'title' | 'source'>,
  { name, about, from, refresh, variables }: Beginning,
): DashboardBuilder {
  return new DashboardBuilder(`powerlog: ${name} (${kind.title})`)
    .uid(`powerlog-${kind.id}-${name}`)
    .description(`${about} Made by powerlog grafana.`)
    .tags(['powerlog', kind.id])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh(refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('powerlog')
        .type(DashboardLinkType.Dashboards)
        .tags(['powerlog', kind.id])
        .keepTime(true),
    )
    .variables([sourcePicker(kind.source, sourceUid(kind), sourceTitle(kind)), ...variables]);
}
