import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const made = 'grafana';

export interface Variable {
  readonly type: string;
  readonly name: string;
  readonly query: string;
  readonly regex?: string;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly current?: { readonly value: string };
}

export interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  /** InfluxQL. */
  readonly query?: string;
  readonly resultFormat?: string;
  /** PromQL. */
  readonly expr?: string;
  readonly instant?: boolean;
  readonly interval?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly interval?: string;
  readonly targets?: readonly Target[];
  readonly options?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly custom?: unknown } };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list?: readonly { readonly name: string; readonly target: Target; readonly step?: string }[];
  };
}

/** Those in the repository, by the names of their files. */
export const dashboards: Readonly<Record<string, Dashboard>> = Object.fromEntries(
  readdirSync(join(made, 'dashboards')).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(made, 'dashboards', file), 'utf8')) as Dashboard,
  ]),
);
