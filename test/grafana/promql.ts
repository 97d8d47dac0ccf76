import type { Asked, Shown } from './stand-in.js';

interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Asks as Grafana's plugin for Prometheus does. */
export function promql(
  base: string,
  scrapeMs: number,
): Asked & { ask(expr: string, atMs: number): Promise<Found[]> } {
  const api = async (
    path: string,
    parameters: Readonly<Record<string, string | number>>,
  ): Promise<unknown> => {
    const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
    const reply = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(texts)}`);
    const { data, error } = (await reply.json()) as { data?: unknown; error?: string };
    if (error) throw new Error(`${error}: ${JSON.stringify(parameters)}`);
    return data;
  };
  const result = async (path: string, parameters: Readonly<Record<string, string | number>>) =>
    ((await api(path, parameters)) as { result: Found[] }).result;
  const ask = (expr: string, atMs: number) => result('query', { query: expr, time: atMs / 1000 });
  const start = ({ fromMs }: Shown) => fromMs / 1000;
  const end = ({ toMs }: Shown) => toMs / 1000;
  return {
    ask,
    format: (value, { multi, includeAll }) =>
      multi || includeAll
        ? value.replace(/[$^*{}[\]'+?.()|\\]/g, '\\\\$&')
        : value.replace(/[\\']/g, '\\\\$&'),
    values: async (query, shown) => {
      const labels = /^label_values\((.+), (\w+)\)$/.exec(query);
      if (labels)
        return (await api(`label/${labels[2]}/values`, {
          'match[]': labels[1]!,
          start: start(shown),
          end: end(shown),
        })) as string[];
      const [, expr] = /^query_result\((.+)\)$/.exec(query)!;
      return (await ask(expr!, shown.toMs)).map(({ metric: { __name__ = '', ...labels }, value }) => {
        const texts = Object.entries(labels).map(([name, label]) => ` ${name}="${label}"`);
        return `${__name__}{${texts.join(',')}} ${value![1]} ${value![0] * 1000}`;
      });
    },
    count: async ({ instant }, expr, intervalMs, shown) => {
      if (instant) return (await ask(expr, shown.toMs)).length;
      const step = intervalMs / 1000;
      const found = await result('query_range', { query: expr, start: start(shown), end: end(shown), step });
      return found.reduce((sum, { values }) => sum + values!.length, 0);
    },
    builtIn: (name, intervalMs, { fromMs, toMs }) =>
      ({
        __interval: `${intervalMs}ms`,
        __interval_ms: String(intervalMs),
        __range: `${Math.round((toMs - fromMs) / 1000)}s`,
        __rate_interval: `${Math.max(intervalMs + scrapeMs, 4 * scrapeMs)}ms`,
      })[name],
  };
}
