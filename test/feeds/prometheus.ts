import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForeignServer } from './server.js';

/** What is to be asked, how often, and with which token. */
export interface Job {
  readonly name: string;
  readonly target: string;
  readonly interval: string;
  readonly token?: string;
}

/** A series as Prometheus keeps it: its labels, and instants in s with their values. */
export interface Kept {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [atS: number, value: number])[];
}

export interface Prometheus {
  /** Every value that it keeps of the series that a selector means. */
  kept(selector: string): Promise<readonly Kept[]>;
  /** The one number that an expression gives at an instant; null where it gives none. */
  number(expression: string, atS: number): Promise<number | null>;
  api(path: string): Promise<unknown>;
}

/** The real one, with nothing but these jobs. */
export async function startPrometheus(jobs: readonly Job[]): Promise<Prometheus> {
  const config = {
    scrape_configs: jobs.map(({ name, target, interval, token }) => ({
      ...{ job_name: name, scrape_interval: interval, scrape_timeout: interval },
      static_configs: [{ targets: [target] }],
      ...(token === undefined ? {} : { authorization: { credentials: token } }),
    })),
  };
  const { url } = await ForeignServer.open({
    ...{ program: 'prometheus', readyPath: '/-/ready' },
    args: (folder, port) => {
      // JSON is YAML too.
      writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
      return [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
  });
  const api = async (path: string): Promise<unknown> => {
    const reply = await fetch(`${url}/api/v1/${path}`);
    const { status, data, error } = (await reply.json()) as { status: string; data: unknown; error: string };
    if (status !== 'success') throw new Error(error);
    return data;
  };
  const query = (expression: string, atS?: number) =>
    api(
      `query?query=${encodeURIComponent(expression)}${atS === undefined ? '' : `&time=${atS}`}`,
    ) as Promise<{
      result: { metric: Kept['metric']; value: [number, string]; values: [number, string][] }[];
    }>;
  return {
    api,
    kept: async (selector) =>
      (await query(`${selector}[1h]`)).result.map(({ metric, values }) => ({
        metric,
        values: values.map(([atS, text]) => [atS, Number(text)] as const),
      })),
    number: async (expression, atS) => {
      const { result } = await query(expression, atS);
      if (result.length > 1) throw new Error(`${expression} gives ${result.length} series`);
      return result.length === 0 ? null : Number(result[0]!.value[1]);
    },
  };
}
