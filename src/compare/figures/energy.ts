import type { Analysis, Fitted } from '../analysis.js';
import type { ComparedSpan, Estimate, FigureKey, ReferenceTrace } from '../comparison.js';
import { type Balance, type BalanceInput, balanceOf } from '../energy/balance.js';
import { type Cells, cellsAsCounted, cellsOf } from '../energy/cells.js';
import { blocks } from '../energy/deviation.js';
import { scaled, unknown, within } from '../estimate.js';
import { coverage95 } from '../intervals/intervals.js';
import { powersAt } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';

type Energies = Partial<Record<FigureKey, Estimate>>;

export interface EnergyResult {
  readonly figures: Energies;
  readonly balance: Balance;
  /** Of the reference's own accuracy, J; null where that is not known. */
  readonly referenceUncertaintyJ: number | null;
}

/** Of readings that are taken as they are. */
const unity: BalanceInput['line'] = { gain: 1, offsetW: 0 };

/** Energies of the two over the time that both cover, the reference earlier by the shift, and the three parts of their difference. */
export function energyFigures(
  analysis: Analysis,
  fitted: Fitted,
  shiftUs: number,
  accuracy: ReferenceTrace['accuracy'],
  parts?: readonly ComparedSpan[],
): EnergyResult {
  const { reference, usualUs } = analysis;
  const { readings, fit, intervals } = fitted;
  const cells = cellsOf(readings, usualUs);
  const balance = balanced(analysis, readings, cells, fit.referenceW, fit.line, shiftUs, parts);
  const { aJ, bJ, linearJ, unseenJ, remainderJ, durationS, count } = balance;
  if (count === 0) return { figures: {}, balance, referenceUncertaintyJ: null };
  const { covariance, delayUs, widthUs } = intervals;
  const lagUs = Math.max(delayUs.below, delayUs.above);
  const time = covariance?.correlationTime ?? 1;
  const scatterJ = coverage95 * Math.sqrt(balance.scatter * time);
  const rivalJ = Math.max(
    0,
    ...fitted.ambiguity.lags.slice(0, 8).map((rival) => {
      const other = balanced(
        analysis,
        readings,
        cells,
        fit.referenceW,
        fit.line,
        shiftUs + rival.delayUs - fit.delayUs,
        parts,
      );
      return other.count === 0
        ? 0
        : Math.abs(((other.bJ - other.aJ) * durationS) / other.durationS - (bJ - aJ));
    }),
  );
  const seenJ = Math.hypot(
    rivalJ,
    coverage95 * Math.sqrt(balance.instants),
    lagUs * balance.perShiftUs,
    edgesJ(reference, balance),
    coverage95 * Math.sqrt((reference.stepSquares * durationS * 1e6) / 12) * 1e-6,
  );
  const differenceJ = Math.hypot(scatterJ, seenJ);
  const linear = linearError(aJ / durationS, intervals.covariance?.matrix) * durationS;
  // What was not looked at depends on where and how long the windows are.
  const seenAt = (delayUs: number, widthUs: number) => powersAt(fit.kernel, readings, { delayUs, widthUs });
  const apartJ = (one: Float64Array, other: Float64Array) =>
    Math.abs(
      balance.widthsS.reduce((sum, widthS, n) => sum + (widthS * (one[n]! - other[n]!) || 0), 0) *
        fit.line.gain,
    );
  const byDelayJ =
    apartJ(seenAt(fit.delayUs + lagUs, fit.widthUs), seenAt(fit.delayUs - lagUs, fit.widthUs)) / 2;
  const byWidthJ =
    apartJ(
      seenAt(fit.delayUs, fit.widthUs + widthUs.above),
      seenAt(fit.delayUs, Math.max(1, fit.widthUs - widthUs.below)),
    ) / 2;
  const unseenErrorJ = Math.hypot(byDelayJ, byWidthJ, lagUs * balance.perShiftUs);
  const remainderErrorJ = Math.hypot(differenceJ, finite(linear), unseenErrorJ);
  const difference = within(bJ - aJ, differenceJ);
  const referenceUncertaintyJ = statedJ(accuracy, balance);
  return {
    balance,
    referenceUncertaintyJ,
    figures: {
      ...levelFigures(balance, difference, referenceUncertaintyJ, seenJ),
      energy_linear_j: parted(linearJ, linear),
      energy_unseen_j: parted(unseenJ, unseenErrorJ),
      energy_remainder_j: parted(remainderJ, remainderErrorJ),
    },
  };
}

/** The energies alone, where no lag could be told: as the two lie. */
export function plainEnergies(
  analysis: Analysis,
  accuracy: ReferenceTrace['accuracy'],
  parts?: readonly ComparedSpan[],
): EnergyResult {
  const { updates, usualUs } = analysis;
  const { readings } = updates;
  const cells = cellsAsCounted(readings, usualUs);
  const none = new Float64Array(readings.count);
  const balance = balanced(analysis, readings, cells, none, unity, 0, parts);
  if (balance.count === 0) return { figures: {}, balance, referenceUncertaintyJ: null };
  const { aJ, bJ } = balance;
  const referenceUncertaintyJ = statedJ(accuracy, balance);
  // The lag is not known, so that a period at each end may belong to the one and not to the other.
  const endsJ = Math.max(usualUs, 100_000) * balance.perShiftUs;
  const errorJ = Math.hypot(endsJ, coverage95 * scatterOfMeans(analysis, cells, balance));
  const difference = within(bJ - aJ, errorJ);
  return {
    balance,
    referenceUncertaintyJ,
    figures: levelFigures(balance, difference, referenceUncertaintyJ, endsJ),
  };
}

/** How far A's energy may be off by what is stated of it. */
const statedJ = (accuracy: ReferenceTrace['accuracy'], { aJ, durationS }: Balance): number | null =>
  accuracy ? accuracy.share * aJ + accuracy.offsetW * durationS : null;

function levelFigures(
  balance: Balance,
  difference: Estimate,
  referenceUncertaintyJ: number | null,
  seenJ: number,
): Energies {
  const { aJ, bJ, durationS } = balance;
  return {
    mean_difference_w: scaled(difference, 1 / durationS),
    energy_a_j: within(aJ, Math.hypot(referenceUncertaintyJ ?? 0, seenJ)),
    energy_b_j: within(bJ, seenJ),
    energy_difference_j: difference,
    energy_difference_pct: aJ > 0 ? scaled(difference, 100 / aJ) : unknown("A's energy is not above zero"),
  };
}

function balanced(
  { reference }: Analysis,
  { valueW, jitterUs }: Readings,
  cells: Cells,
  referenceW: Float64Array,
  line: BalanceInput['line'],
  shiftUs: number,
  parts?: readonly ComparedSpan[],
): Balance {
  const input = { reference, cells, valueW, referenceW, jitterUs, line, shiftUs };
  return balanceOf(parts ? { ...input, within: parts } : input);
}

/** How far a flat difference's mean may be off, J: by the scatter of a few dozen parts of it. */
function scatterOfMeans({ reference, updates }: Analysis, cells: Cells, { durationS }: Balance): number {
  const { valueW, count } = updates.readings;
  const sums = new Float64Array(blocks);
  const counts = new Float64Array(blocks);
  for (let n = 0; n < count; n++) {
    const difference = valueW[n]! - reference.meanW(cells.fromUs[n]!, cells.toUs[n]!);
    if (Number.isNaN(difference)) continue;
    const block = Math.floor((n * blocks) / count);
    sums[block]! += difference;
    counts[block]!++;
  }
  const means = [...sums].map((sum, n) => sum / counts[n]!).filter((mean) => !Number.isNaN(mean));
  if (means.length < 2) return Number.POSITIVE_INFINITY;
  const mean = means.reduce((sum, each) => sum + each, 0) / means.length;
  const variance = means.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (means.length - 1);
  return Math.sqrt(variance / means.length) * durationS;
}

/** Standard error of (gain − 1)·power + offset, W at 95 %. */
function linearError(powerW: number, matrix: readonly (readonly number[])[] | undefined): number {
  if (!matrix) return Number.POSITIVE_INFINITY;
  const variance = powerW ** 2 * matrix[2]![2]! + matrix[3]![3]! + 2 * powerW * matrix[2]![3]!;
  return coverage95 * Math.sqrt(Math.max(0, variance));
}

/** The samples on both sides of each end of what is covered, J: where between them the power changed is not known. */
function edgesJ(reference: Analysis['reference'], { spans }: Balance): number {
  const spacingUs = (reference.endUs - reference.startUs) / reference.timeUs.length;
  let squares = 0;
  for (const { startUs, endUs } of spans)
    for (const us of [startUs, endUs])
      squares +=
        ((reference.powerW(us + spacingUs) - reference.powerW(us - spacingUs)) * spacingUs * 1e-6) ** 2;
  return Math.sqrt(squares);
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

const parted = (value: number, error: number): Estimate =>
  Number.isFinite(error)
    ? within(value, error)
    : unknown('gain and window cannot be told apart with this load');
