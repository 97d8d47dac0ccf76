import { sourceTitle, sourceUid } from './begun.js';
import type { Kind } from './kind.js';
import { type YamlValue, yaml } from './yaml.js';

/** A database to ask. */
export interface Asked {
  readonly kind: Kind;
  readonly url: string;
  /** Of InfluxDB. */
  readonly database: string;
}

const file = (comment: string, value: YamlValue): string => `${comment}${yaml(value)}\n`;

const token = `
# A database that asks for a token gets it from the environment of Grafana; add to its entry:
#   jsonData:
#     httpHeaderName1: Authorization
#   secureJsonData:
#     httpHeaderValue1: Token $POWERLOG_INFLUX_TOKEN    (Bearer $… for Prometheus and VictoriaMetrics)`;

/** Least interval of a curve's points: of what is scraped, Prometheus' own default. */
const leastInterval = { influxdb: '10ms', victoriametrics: '1s', prometheus: '15s' } as const;

function dataOf({ kind, database }: Asked): YamlValue {
  const timeInterval = leastInterval[kind.id];
  if (kind.source === 'influxdb') return { dbName: database, httpMode: 'GET', timeInterval };
  return { httpMethod: 'POST', timeInterval };
}

/** `provisioning/datasources/powerlog.yaml` */
export const datasources = (asked: readonly Asked[]): string =>
  file(`# Made by powerlog grafana.${token}`, {
    apiVersion: 1,
    datasources: asked.map((each) => ({
      name: sourceTitle(each.kind),
      uid: sourceUid(each.kind),
      type: each.kind.source,
      access: 'proxy',
      url: each.url,
      editable: true,
      jsonData: dataOf(each),
    })),
  });

/** `provisioning/dashboards/powerlog.yaml`; `path` is where Grafana finds the dashboards. */
export const providers = (path: string): string =>
  file('# Made by powerlog grafana.', {
    apiVersion: 1,
    providers: [
      {
        name: 'powerlog',
        folder: 'powerlog',
        type: 'file',
        allowUiUpdates: true,
        options: { path },
      },
    ],
  });
