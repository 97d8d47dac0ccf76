import type { Dashboard, Target, Variable } from './dashboards.js';

/** The span shown, in ms since 1970. */
export interface Shown {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A database, asked as Grafana's plugin for it asks. */
export interface Asked {
  /** A value as it stands in a query, with the format that was asked for. */
  format(value: string, variable: Variable, format: string | undefined): string;
  /** The values that a variable's query gives. */
  values(query: string, shown: Shown): Promise<readonly string[]>;
  /** How many values a query gives that are not null. */
  count(target: Target, query: string, intervalMs: number, shown: Shown): Promise<number>;
  /** What Grafana itself puts in. */
  builtIn(name: string, intervalMs: number, shown: Shown): string | undefined;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export function spanMs(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text)!;
  return Number(number) * unitsMs[unit!]!;
}

interface Chosen {
  readonly variable: Variable;
  readonly value: string;
}

/** A dashboard whose variables have values. */
export class ShownDashboard {
  readonly #chosen = new Map<string, Chosen>();

  private constructor(
    readonly dashboard: Dashboard,
    readonly asked: Asked,
    readonly shown: Shown,
  ) {}

  /** Picks for each variable what is named, else what the dashboard opens with. */
  static async open(
    dashboard: Dashboard,
    asked: Asked,
    shown: Shown,
    picked: Readonly<Record<string, string>> = {},
  ): Promise<ShownDashboard> {
    const opened = new ShownDashboard(dashboard, asked, shown);
    for (const variable of dashboard.templating.list)
      opened.#chosen.set(variable.name, { variable, value: await opened.#pick(variable, picked) });
    return opened;
  }

  value(name: string): string {
    return this.#chosen.get(name)!.value;
  }

  async #pick(variable: Variable, picked: Readonly<Record<string, string>>): Promise<string> {
    const { name, type, query } = variable;
    if (type === 'datasource') return variable.current!.value;
    const offered =
      type === 'query' ? await this.#offered(variable) : query.split(',').map((item) => item.trim());
    if (offered.length === 0) throw new Error(`${this.dashboard.title}: nothing to pick for ${name}`);
    const wanted = picked[name] ?? variable.current?.value;
    if (wanted === '$__all') return wanted;
    if (wanted !== undefined && !offered.includes(wanted))
      throw new Error(`${this.dashboard.title}: ${name} has no ${wanted} among ${offered}`);
    return wanted ?? offered[0]!;
  }

  async #offered({ query, regex, sort }: Variable): Promise<readonly string[]> {
    const values = await this.asked.values(this.substituted(query, 1000), this.shown);
    const pattern = regex ? new RegExp(regex.slice(1, -1)) : /^(.*)$/;
    const found = [...new Set(values.flatMap((value) => pattern.exec(value)?.[1] ?? []))].sort();
    return sort === 2 ? found.reverse() : found;
  }

  /** A query with the values of everything that stands in it. */
  substituted(query: string, intervalMs: number): string {
    return query.replace(
      /\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g,
      (_, bare?: string, braced?: string, format?: string) => {
        const name = bare ?? braced!;
        const chosen = this.#chosen.get(name);
        if (chosen?.value === '$__all') return chosen.variable.allValue!;
        if (chosen) return this.asked.format(chosen.value, chosen.variable, format);
        const builtIn = this.asked.builtIn(name, intervalMs, this.shown);
        if (builtIn === undefined)
          throw new Error(`${this.dashboard.title}: no variable ${name} in ${query}`);
        return builtIn;
      },
    );
  }

  /** Every query of every panel and annotation, with how many values it gave. */
  async counts(): Promise<readonly (readonly [where: string, count: number])[]> {
    const { panels, annotations } = this.dashboard;
    // As many points as a wide screen has.
    const fineMs = Math.ceil((this.shown.toMs - this.shown.fromMs) / 1000 / 1000) * 1000;
    const queries = [
      ...panels.flatMap(({ title, interval = '1ms', targets = [] }) =>
        targets.map((target) => ({ where: `${title} ${target.refId}`, target, least: interval })),
      ),
      ...(annotations.list ?? []).map(({ name, target, step }) => ({
        where: `annotation ${name}`,
        target,
        least: step ?? '1ms',
      })),
    ];
    const counts: (readonly [string, number])[] = [];
    for (const { where, target, least } of queries) {
      const intervalMs = Math.max(fineMs, spanMs(least));
      const query = this.substituted((target.query ?? target.expr)!, intervalMs);
      counts.push([where, await this.asked.count(target, query, intervalMs, this.shown)]);
    }
    return counts;
  }

  /** What a query of a panel is, substituted. */
  query(title: string, refId: string): string {
    const panel = this.dashboard.panels.find((each) => each.title === title)!;
    const target = panel.targets!.find((each) => each.refId === refId)!;
    return this.substituted((target.query ?? target.expr)!, 1000);
  }
}

/** The queries that gave nothing. */
export const withoutData = (counts: readonly (readonly [string, number])[]): readonly string[] =>
  counts.filter(([, count]) => count === 0).map(([where]) => where);
