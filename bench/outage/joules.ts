import { meansOf } from './means.js';
import type { JoulesQuery } from './pages.js';
import type { Summary } from './recording.js';
import type { Recorded } from './samples.js';
import type { Database } from './servers.js';

/** A query's joules beside the summary's. */
export interface Joules {
  readonly what: string;
  readonly profile: string;
  /** Of all components together, J. */
  readonly summaryJ: number;
  /** The largest of the components' differences, as a share. */
  readonly off: number;
  readonly component: string;
  /** Of all components together, what lies in gaps, J. */
  readonly leftOutJ: number;
  readonly target: number;
}

export interface JoulesQuestion {
  readonly what: string;
  readonly profile: string;
  readonly database: Database;
  readonly query: JoulesQuery;
  readonly run: string;
  /** Null where every sample is there. Means leave gaps out, of which the summary has the trapezoids. */
  readonly meansHz: number | null;
  readonly target: number;
}

/** Asks for every component. */
export async function compareJoules(
  { what, profile, database, query, run, meansHz, target }: JoulesQuestion,
  summary: Summary,
  recorded: Recorded,
): Promise<Joules> {
  const afterMs = (recorded.unixUs.at(-1)! + 1e6) / 1000;
  const components = Object.keys(summary.energy_j);
  const inGapsJ = meansHz === null ? () => 0 : leftOutJ(recorded, Math.round(1e6 / meansHz));
  const off: number[] = [];
  for (const component of components) {
    const trueJ = summary.energy_j[component]! - inGapsJ(`${component}_power_w`);
    off.push(Math.abs((await database.number(query(run, component), afterMs)) / trueJ - 1));
  }
  // A query that gives nothing is as wrong as can be.
  const worst = off.findIndex((each) => Number.isNaN(each) || each === Math.max(...off));
  return {
    ...{ what, profile, target, summaryJ: summary.energy_j.system! },
    leftOutJ: inGapsJ('system_power_w'),
    ...{ off: off[worst]!, component: components[worst]! },
  };
}

/** By the rule that means are cut by, which is not the summary's: `docs/csv.md` has it. */
function leftOutJ(recorded: Recorded, widthUs: number): (column: string) => number {
  const { startUnixUs, unixUs, powersMw } = recorded;
  const { startUs, endUs } = meansOf(recorded, widthUs);
  const rowAt = new Map(unixUs.map((at, row) => [at - startUnixUs, row]));
  const gaps = startUs
    .map((beginUs, n) => ({ fromUs: endUs[n - 1] ?? beginUs, toUs: beginUs }))
    .filter(({ fromUs, toUs }) => toUs > fromUs);
  return (column) => {
    const mw = powersMw.get(column)!;
    const power = (us: number) => mw[rowAt.get(us)!]!;
    const nj = gaps.map(({ fromUs, toUs }) => ((power(fromUs) + power(toUs)) / 2) * (toUs - fromUs));
    return nj.reduce((sum, each) => sum + each, 0) / 1e9;
  };
}
