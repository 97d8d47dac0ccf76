import type { SampleBlock } from '../stream/sample-block.js';
import { type Accuracy, columnAccuracyJ } from './accuracy/accuracy.js';
import type { PowerSeries } from './energy.js';
import type { Gap } from './gaps.js';
import type { Measured, PerComponent } from './summary.js';
import {
  type Budget,
  combinedJ,
  type EndPowers,
  figureOrNull,
  gapJ,
  instantsJ,
  lackingJ,
  samplingJ,
  stepsJ,
} from './uncertainty.js';

/** What a whole recording's budgets are made from, beside the powers themselves. */
export interface RecordingDoubts {
  readonly accuracyShare: number;
  /** What readings lack in the mean, by component, mW; absent where nothing. */
  readonly lackingMw?: readonly number[];
  /** Where rails were calibrated, of the components and then the rails. */
  readonly calibrated?: { readonly accuracy: Accuracy; readonly powers: readonly PowerSeries[] } | undefined;
  /** Between the first and the last sample. */
  readonly durationUs: number;
  /** What a sample shows was so within this of its instant. */
  readonly instantUs: number;
  /** How many spacings a step of the power may lie in. */
  readonly stepSpacings: number;
  /** Between samples, with the powers around them. */
  readonly gaps: readonly Gap[];
  /** Time in gaps that were too many to list. */
  readonly unlistedUs: number;
  /** Powers of the first and of the last samples, mW by component. */
  readonly ends: {
    readonly firstMw: readonly (readonly number[])[];
    readonly lastMw: readonly (readonly number[])[];
  };
}

/** The keys of a summary that say how far the energies between the first and the last sample may be off. */
export function uncertaintySummary(
  names: readonly string[],
  components: readonly PowerSeries[],
  doubts: RecordingDoubts,
): Pick<Measured, 'energy_uncertainty_j' | 'uncertainty'> {
  const budgets = recordingBudgets(components, doubts);
  const each = (part: (budget: Budget) => number): PerComponent<number | null> =>
    Object.fromEntries(names.map((name, n) => [name, budgets[n] ? figureOrNull(part(budgets[n])) : null]));
  return {
    energy_uncertainty_j: each(combinedJ),
    uncertainty: {
      accuracy_share: figureOrNull(doubts.accuracyShare),
      accuracy_j: each((budget) => budget.accuracyJ),
      gaps_j: each((budget) => budget.gapsJ),
      edges_j: each(stepsJ),
    },
  };
}

/** The budget of each component's energy between the first and the last sample; null where that is not known. */
const recordingBudgets = (components: readonly PowerSeries[], doubts: RecordingDoubts): (Budget | null)[] =>
  components.map((series, component) => budgetOf(series, component, doubts));

function budgetOf(series: PowerSeries, component: number, doubts: RecordingDoubts): Budget | null {
  const { energyJ } = series;
  if (energyJ === null) return null;
  const { firstMw, lastMw } = doubts.ends;
  let gapsJ = 0;
  let stepSquares = series.stepSquares;
  for (const { startUs, endUs, around } of doubts.gaps) {
    if (!around) continue;
    const lengthUs = endUs - startUs;
    gapsJ += gapJ(around, component, lengthUs);
    // A gap is no spacing that a step is looked for in.
    stepSquares -= ((around.after[component]! - around.before[component]!) * lengthUs) ** 2;
  }
  // In gaps that are not listed, the power may have been any that the recording saw.
  const { minMw, maxMw } = series;
  gapsJ += (maxMw - minMw) * doubts.unlistedUs * 1e-9;
  return {
    accuracyJ:
      columnAccuracyJ(
        doubts.calibrated?.accuracy,
        component,
        (column) => (column === component ? energyJ : (doubts.calibrated!.powers[column]!.energyJ ?? 0)),
        doubts.durationUs / 1e6,
        doubts.accuracyShare,
      ) + lackingJ(doubts.lackingMw?.[component], doubts.durationUs),
    gapsJ,
    cutsJ: 0,
    instantsJ: instantsJ(about(firstMw, component), about(lastMw, component), doubts.instantUs),
    samplingJ: samplingJ(stepSquares, doubts.stepSpacings),
  };
}

/** One component's power over the samples at an end. */
function about(samples: readonly (readonly number[])[], component: number): EndPowers {
  const powers = samples.map((each) => each[component]!);
  return { lowMw: Math.min(...powers), highMw: Math.max(...powers), uncertaintyUs: 0 };
}

/** The first and the last two samples: their powers, mW by component, and when they were asked for and answered, µs. */
export class FirstAndLast {
  readonly firstMw: number[][] = [];
  lastMw: number[][] = [];
  requestUs: number | null = null;
  replyUs: number | null = null;

  keep({ count, powerMw, earliestNs, latestNs }: SampleBlock): void {
    if (count === 0) return;
    const at = (row: number) => powerMw.map((column) => column[row]!);
    for (let row = 0; row < count && this.firstMw.length < 2; row++) this.firstMw.push(at(row));
    this.lastMw = count >= 2 ? [at(count - 2), at(count - 1)] : [...this.lastMw.slice(-1), at(0)];
    this.requestUs ??= earliestNs[0]! / 1000;
    this.replyUs = latestNs[count - 1]! / 1000;
  }
}
