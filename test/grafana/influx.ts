import type { Asked } from './stand-in.js';

export interface Series {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (string | number | null)[])[];
}

/** Asks as Grafana's plugin for InfluxQL does. */
export function influx(base: string, database: string): Asked & { ask(query: string): Promise<Series[]> } {
  const ask = async (query: string): Promise<Series[]> => {
    const reply = await fetch(
      `${base}/query?${new URLSearchParams({ db: database, epoch: 'ms', q: query })}`,
    );
    const { results, error } = (await reply.json()) as {
      error?: string;
      results?: { error?: string; series?: Series[] }[];
    };
    const failed = error ?? results?.[0]?.error;
    if (failed) throw new Error(`${failed}: ${query}`);
    return results![0]!.series ?? [];
  };
  return {
    ask,
    format: (value, _, format) =>
      format === 'regex' ? value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&') : value,
    values: async (query) => (await ask(query)).flatMap((each) => each.values.map((row) => String(row[1]))),
    count: async (_, query) => countWhole(await ask(query)),
    builtIn: (name, intervalMs, { fromMs, toMs }) =>
      ({
        timeFilter: `time >= ${fromMs}ms and time <= ${toMs}ms`,
        __interval: `${intervalMs}ms`,
        __interval_ms: String(intervalMs),
      })[name],
  };
}

/** How many values there are; none where a column has none, as that of a field that there is not. */
function countWhole(found: readonly Series[]): number {
  const counts = new Map<string, number>();
  for (const { columns, values } of found)
    for (const [n, column] of columns.entries())
      if (column !== 'time') {
        const given = values.filter((row) => row[n] !== null).length;
        counts.set(column, (counts.get(column) ?? 0) + given);
      }
  const all = [...counts.values()];
  return all.includes(0) ? 0 : all.reduce((sum, count) => sum + count, 0);
}
