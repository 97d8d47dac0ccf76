import type { KindId } from './begun.js';
import { fleet as influxFleet } from './influxdb/fleet.js';
import { now as influxNow } from './influxdb/now.js';
import type { Kind } from './kind.js';
import { fleet as prometheusFleet } from './prometheus/fleet.js';
import { now as prometheusNow } from './prometheus/now.js';
import { fleet as victoriaFleet } from './victoriametrics/fleet.js';
import { now as victoriaNow } from './victoriametrics/now.js';

export const kinds: Readonly<Record<KindId, Kind>> = {
  influxdb: {
    id: 'influxdb',
    title: 'InfluxDB',
    source: 'influxdb',
    port: 8086,
    now: influxNow,
    fleet: influxFleet,
  },
  victoriametrics: {
    id: 'victoriametrics',
    title: 'VictoriaMetrics',
    source: 'prometheus',
    port: 8428,
    now: victoriaNow,
    fleet: victoriaFleet,
  },
  prometheus: {
    id: 'prometheus',
    title: 'Prometheus',
    source: 'prometheus',
    port: 9090,
    now: prometheusNow,
    fleet: prometheusFleet,
  },
};
