import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import { pickedSource, type Query } from '../parts/source.js';

export const source = pickedSource('influxdb');

/** Grafana's own query of InfluxQL, for which its SDK has no type (`InfluxQuery` in Grafana's source). */
interface InfluxQuery extends cog.Dataquery {
  readonly refId: string;
  readonly datasource: typeof source;
  readonly query: string;
  readonly rawQuery: true;
  readonly resultFormat: 'time_series' | 'table';
  readonly alias?: string;
  readonly textColumn?: string;
  readonly tagsColumn?: string;
  readonly timeEndColumn?: string;
  readonly fromAnnotations?: true;
}

class InfluxQueryBuilder implements Query {
  readonly #query: Omit<InfluxQuery, '_implementsDataqueryVariant'>;

  constructor(query: Omit<InfluxQuery, '_implementsDataqueryVariant' | 'datasource' | 'rawQuery'>) {
    this.#query = { ...query, datasource: source, rawQuery: true };
  }

  build(): InfluxQuery {
    // Only a type's brand: what has no value is not in the file.
    return { ...this.#query, _implementsDataqueryVariant: () => undefined };
  }
}

/** Curves, each called as its column, or as `alias` says with tags: `$tag_board`. */
export const series = (refId: string, query: string, alias = '$col'): Query =>
  new InfluxQueryBuilder({ refId, query, resultFormat: 'time_series', alias });

export const table = (refId: string, query: string): Query =>
  new InfluxQueryBuilder({ refId, query, resultFormat: 'table' });

/** What annotations are made of: a mark's name and kind, and of a phase its end. */
export const events = (query: string, timeEndColumn?: string): Query =>
  new InfluxQueryBuilder({
    ...{ refId: 'Anno', query, resultFormat: 'table', fromAnnotations: true },
    ...{ textColumn: 'name', tagsColumn: 'kind' },
    ...(timeEndColumn !== undefined && { timeEndColumn }),
  });

/** `mean("cpu_power_w") AS "cpu", …` */
export const each = (names: readonly string[], term: (name: string) => string): string =>
  names.map((name) => `${term(name)} AS "${name}"`).join(', ');
