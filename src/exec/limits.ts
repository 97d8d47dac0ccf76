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
  const verdicts: Verdict[] = [];
  const broken = (message: string) => verdicts.push({ met: false, message });
  const energy = `the command cost ${formatUncertain(measured.energyJ, measured.uncertaintyJ, 'J')}`;
  if (maxEnergyJ !== null && measured.energyJ > maxEnergyJ)
    broken(`${energy}, more than the limit of ${formatSi(maxEnergyJ, 'J')} (--max-energy)`);
  if (maxRegression) {
    const { share, earlier } = maxRegression;
    const earlierJ = earlier.energyJ;
    const more = measured.energyJ / earlierJ - 1;
    if (more > share)
      broken(
        `${energy}, ${percent(more)} more than the ${formatSi(earlierJ, 'J')} of the earlier run; ${percent(share)} were allowed (--max-regression)`,
      );
  }
  if (minCoverage !== null && measured.coverage < minCoverage)
    broken(
      `${percent(measured.coverage)} of the command's time was measured, less than ${percent(minCoverage)} (--min-coverage)`,
    );
  return verdicts;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
