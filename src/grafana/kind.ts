import type { Fleet } from './fleet.js';
import type { Now } from './now.js';

const kindIds = ['influxdb', 'victoriametrics', 'prometheus'] as const;
export type KindId = (typeof kindIds)[number];

/** One way in which powerlog's numbers lie in a database: what it is asked with, and what its series are called. */
export interface Kind {
  readonly id: KindId;
  /** In the names of sources and dashboards. */
  readonly title: string;
  /** Grafana's name for what asks it. */
  readonly source: 'influxdb' | 'prometheus';
  /** Where it listens unless told otherwise. */
  readonly port: number;
  readonly now: Now;
  readonly fleet: Fleet;
}
