import { mean, welch } from '../../exec/figures/statistics.js';
import type { Cost, PowerRange } from '../../trace/cost.js';

/** A figure of both, and how far B's is from A's; in the figure's own unit. */
export interface ComparedFigure {
  /** Mean over A's repetitions; null where there is none, or one was not measured. */
  readonly a: number | null;
  /** The same of B's. */
  readonly b: number | null;
  /** Mean of B's less mean of A's; null where one of them is. */
  readonly difference: number | null;
  /** 95 %, by Welch's test. */
  readonly interval: readonly [number, number] | null;
  readonly pValue: number | null;
  /** Why there is no interval; null where there is one. */
  readonly reason: string | null;
}

/** The difference and its interval in percent of A; null where it is of nothing. */
export function percentOfA({ a, difference, interval }: ComparedFigure) {
  if (a === null || a === 0 || difference === null) return null;
  const percent = (value: number): number => (100 * value) / Math.abs(a);
  return {
    value: percent(difference),
    interval: interval && ([percent(interval[0]), percent(interval[1])] as const),
  };
}

/** By component. */
export type ComparedComponents = Readonly<
  Record<string, { readonly energyJ: ComparedFigure; readonly powerW: ComparedFigure }>
>;

export interface ComparedPhaseRuns {
  readonly name: string;
  /** What was repeated: runs, or times that the phase ran. */
  readonly per: 'run' | 'time';
  /** How often, in A and in B. */
  readonly repetitions: readonly [number, number];
  readonly durationS: ComparedFigure;
  readonly components: ComparedComponents;
}

/** What a repetition cost. */
type Costly = Pick<Cost<PowerRange>, 'energy_j' | 'power_w'>;

/** @param unknown as of `comparedFigure` */
export function comparedComponents(
  runsA: readonly Costly[],
  runsB: readonly Costly[],
  unknown?: string,
): ComparedComponents {
  // Where one has no repetition, what is known of the other's is told all the same.
  const [inA, inB] = [runsA[0] ?? runsB[0], runsB[0] ?? runsA[0]].map((run) => run?.energy_j ?? {});
  const names = Object.keys(inA!).filter((name) => name in inB!);
  return Object.fromEntries(
    names.map((name) => {
      const energies = (runs: typeof runsA) => runs.map(({ energy_j }) => energy_j[name] ?? null);
      const powers = (runs: typeof runsA) => runs.map(({ power_w }) => power_w[name]?.mean ?? null);
      return [
        name,
        {
          energyJ: comparedFigure(energies(runsA), energies(runsB), unknown),
          powerW: comparedFigure(powers(runsA), powers(runsB), unknown),
        },
      ];
    }),
  );
}

/** @param unknown why there is no interval, where that is not the number of repetitions */
export function comparedFigure(
  valuesA: readonly (number | null)[],
  valuesB: readonly (number | null)[],
  unknown?: string,
): ComparedFigure {
  const [a, b] = [measured(valuesA), measured(valuesB)];
  const [meanA, meanB] = [a && mean(a), b && mean(b)];
  if (!a || !b || meanA === null || meanB === null)
    return { a: meanA, b: meanB, ...nothing, reason: notMeasured(valuesA, valuesB) };
  const test = unknown === undefined ? welch(a, b) : null;
  return {
    ...{ a: meanA, b: meanB, difference: meanB - meanA },
    interval: test?.interval95 ?? null,
    pValue: test?.pValue ?? null,
    reason: test
      ? null
      : (unknown ??
        (a.length < 2 || b.length < 2
          ? 'one of a kind cannot be told from chance: repeat it, as with exec --runs 5'
          : 'the values do not scatter at all')),
  };
}

/** Null where one is missing: a mean of the others would be of something else. */
function measured(values: readonly (number | null)[]): number[] | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length && known.length > 0 ? known : null;
}

const notMeasured = (...sides: readonly (readonly (number | null)[])[]): string =>
  sides.some((values) => values.length === 0)
    ? 'one of the two has none that went well'
    : 'not measured in all of them';

const nothing = { difference: null, interval: null, pValue: null };
