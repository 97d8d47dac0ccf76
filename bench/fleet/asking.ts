/** One series as it is kept: stamps in ms, and what was written. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly stampsMs: readonly number[];
  readonly values: readonly number[];
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [number, string])[];
      readonly value?: readonly [number, string];
    }[];
  };
}

async function ask(url: string, query: string, dedup: boolean): Promise<Answer['data']['result']> {
  const body = new URLSearchParams({ query, dedup: String(dedup) });
  const reply = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const answer = (await reply.json()) as Answer;
  if (answer.status !== 'success') throw new Error(`${query}: ${answer.error ?? reply.status}`);
  return answer.data.result;
}

/** Every point that Thanos Query has of the series that `selector` picks. @param dedup false: of each node by itself */
export async function rawSeries(url: string, selector: string, dedup: boolean): Promise<Series[]> {
  const result = await ask(url, selector, dedup);
  return result.map(({ metric, values = [] }) => ({
    labels: metric,
    stampsMs: values.map(([seconds]) => Math.round(seconds * 1000)),
    values: values.map(([, value]) => Number(value)),
  }));
}

/** A number that a query comes to; 0 where there is nothing. */
export async function scalar(url: string, query: string): Promise<number> {
  const [first] = await ask(url, query, true);
  return Number(first?.value?.[1] ?? 0);
}

/** What a query comes to for each series of each node by itself. */
export async function countsByReplica(url: string, query: string) {
  const result = await ask(url, query, false);
  return result.map(({ metric, value }) => ({
    replica: Number(metric.replica),
    count: Number(value?.[1] ?? 0),
  }));
}
