import { formatUncertain } from '../../measure/honest-digits.js';
import { perComponent } from '../../trace/cost.js';
import { plural } from '../../units.js';
import type { EvaluatedCommand } from './evaluate.js';
import { type Difference, repeated, welch } from './statistics.js';
import type { RepeatedRuns, RepeatedSummary, RunSummary } from './summaries.js';

const headline = 'system';

/** Whether a run is in the figures of its command. */
export const counts = (run: RunSummary): boolean => wentWell(run) && !run.partly_measured;

/** Whether it would be, were all of it measured. */
export const wentWell = ({ status, warmup }: RunSummary): boolean => status === 'ok' && !warmup;

/** Mean, standard deviation and interval of everything that the runs of one command measured, of those that count. */
export function summarizeRuns({ argv, runs }: EvaluatedCommand, warmups: number): RepeatedRuns {
  const components = Object.keys(runs[0]!.energy_j);
  const counted = runs.filter(counts);
  const each = (figure: (run: RunSummary, name: string) => number | null) =>
    perComponent(components, (name) => over(counted.map((run) => figure(run, name))));
  return {
    argv,
    warmups,
    counted: counted.length,
    runs,
    duration_s: over(counted.map((run) => run.duration_s)),
    power_w: each((run, name) => run.power_w[name]?.mean ?? null),
    energy_j: each((run, name) => run.energy_j[name] ?? null),
  };
}

/** Null where there is no run, or one has no figure: a mean over the others would be of something else. */
function over(values: readonly (number | null)[]): RepeatedSummary | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length && known.length > 0 ? repeated(known) : null;
}

/** How the second of two commands compares with the first. */
export interface Comparison {
  /** Of the system's energy, J; null where one run each, or none measured, cannot tell. */
  readonly energy_j: ComparedSummary | null;
  readonly duration_s: ComparedSummary | null;
  /** In words. */
  readonly sentence: string;
}

/** Welch's test: the mean of the second command less that of the first. */
interface ComparedSummary {
  readonly difference: number;
  readonly interval95: readonly [number, number];
  readonly t: number;
  readonly degrees_of_freedom: number;
  readonly p_value: number;
}

/** @param names what people call the two commands */
export function compareRuns(
  [first, second]: readonly [RepeatedRuns, RepeatedRuns],
  [nameFirst, nameSecond]: readonly [string, string],
): Comparison {
  const energies = ({ runs }: RepeatedRuns) =>
    runs
      .filter(counts)
      .map((run) => run.energy_j[headline] ?? null)
      .filter((energy) => energy !== null);
  const durations = ({ runs }: RepeatedRuns) => runs.filter(counts).map((run) => run.duration_s);
  const energy = welch(energies(first), energies(second));
  const duration = welch(durations(first), durations(second));
  return {
    energy_j: energy && comparedSummary(energy),
    duration_s: duration && comparedSummary(duration),
    sentence: sentence([first, second], energy, nameFirst, nameSecond),
  };
}

const comparedSummary = (difference: Difference): ComparedSummary => ({
  difference: difference.difference,
  interval95: difference.interval95,
  t: difference.t,
  degrees_of_freedom: difference.degreesOfFreedom,
  p_value: difference.pValue,
});

const significance = 0.05;

const whyNone = ({ runs }: RepeatedRuns): string =>
  runs.some(wentWell) ? 'was measured from its begin to its end' : 'went well';

function sentence(
  [first, second]: readonly [RepeatedRuns, RepeatedRuns],
  energy: Difference | null,
  nameFirst: string,
  nameSecond: string,
): string {
  if (first.counted === 0 || second.counted === 0)
    return `No run of '${first.counted === 0 ? nameFirst : nameSecond}' ${whyNone(first.counted === 0 ? first : second)}, so the commands cannot be compared.`;
  const reference = first.energy_j[headline];
  if (!reference) return 'Nothing was measured, so the commands cannot be compared.';
  if (!energy) {
    const runs =
      first.counted === second.counted
        ? `${plural(first.counted, 'run')} of each`
        : `${plural(first.counted, 'run')} of '${nameFirst}' and ${second.counted} of '${nameSecond}'`;
    return `From ${runs}, a difference cannot be told from chance; --runs 5 makes it five.`;
  }
  const half = energy.interval95[1] - energy.difference;
  const test = `Welch's test, p ${energy.pValue < 0.001 ? '< 0.001' : `= ${energy.pValue.toPrecision(2)}`}`;
  if (energy.pValue >= significance)
    return `No difference in energy between '${nameFirst}' and '${nameSecond}' can be told from chance: ${formatUncertain(energy.difference, half, 'J')} (${test}).`;
  const amount = formatUncertain(Math.abs(energy.difference), half, 'J');
  const share = Number(((Math.abs(energy.difference) / Math.abs(reference.mean)) * 100).toPrecision(2));
  return `'${nameSecond}' costs ${amount} ${energy.difference < 0 ? 'less' : 'more'} than '${nameFirst}', ${share} % (${test}).`;
}
