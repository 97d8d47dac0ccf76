import { formatUncertain } from '../measure/honest-digits.js';
import { formatSi } from '../units.js';
import type { EarlierRun } from './earlier.js';

/** What a command may cost; the system's energy, and of several runs their mean. */
export interface Limits {
  readonly maxEnergyJ: number | null;
  /** How much more than an earlier run, as a share of it. */
  readonly maxRegression: { readonly share: number; readonly earlier: EarlierRun } | null;
  /** Share of the time outside of gaps. */
  readonly minCoverage: number | null;
}

/** What it did cost. */
export interface MeasuredEnergy {
  readonly energyJ: number;
  readonly uncertaintyJ: number | null;
  readonly coverage: number;
  /** Only a part of it was measured, so that it cost more. */
  readonly isPart: boolean;
}

export interface Verdict {
  readonly met: boolean;
  readonly message: string;
}

/** Holds what was measured against the limits; nothing where there are none. */
export function checkLimits(limits: Limits, measured: MeasuredEnergy | null): Verdict[] {
  const { maxEnergyJ, maxRegression, minCoverage } = limits;
  if (maxEnergyJ === null && maxRegression === null && minCoverage === null) return [];
  if (!measured)
    return [{ met: true, message: 'the limits could not be checked: no run that went well was measured' }];
  const { energyJ, uncertaintyJ, coverage, isPart } = measured;
  const verdicts: Verdict[] = [];
  const broken = (message: string) => verdicts.push({ met: false, message });
  const amount = formatUncertain(energyJ, uncertaintyJ, 'J');
  const energy = `${isPart ? 'what was measured of the command' : 'the command'} cost ${amount}`;
  // The rest of it cost something too, and nobody knows how much.
  const open = (option: string) =>
    verdicts.push({
      met: true,
      message: `${option} could not be judged: only ${percent(coverage)} of the command's time was measured, and that cost ${amount}`,
    });
  if (maxEnergyJ !== null) {
    if (energyJ > maxEnergyJ)
      broken(`${energy}, more than the limit of ${formatSi(maxEnergyJ, 'J')} (--max-energy)`);
    else if (isPart) open('--max-energy');
  }
  if (maxRegression) {
    const { share, earlier } = maxRegression;
    const earlierJ = earlier.energyJ;
    const more = energyJ / earlierJ - 1;
    if (more > share)
      broken(
        `${energy}, ${percent(more)} more than the ${formatSi(earlierJ, 'J')} of the earlier run; ${percent(share)} were allowed (--max-regression)`,
      );
    else if (isPart) open('--max-regression');
  }
  if (minCoverage !== null && coverage < minCoverage)
    broken(
      `${percent(coverage)} of the command's time was measured, less than ${percent(minCoverage)} (--min-coverage)`,
    );
  return verdicts;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
