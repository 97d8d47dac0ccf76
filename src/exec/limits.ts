import { formatUncertain } from '../measure/honest-digits.js';
import { formatSi } from '../units.js';

/** What a command may cost; the system's energy, and of several runs their mean. */
export interface Limits {
  readonly maxEnergyJ: number | null;
  /** How much more than an earlier run, as a share of it. */
  readonly maxRegression: { readonly share: number; readonly earlierJ: number } | null;
}

/** What it did cost. */
export interface MeasuredEnergy {
  readonly energyJ: number;
  readonly uncertaintyJ: number | null;
}

export interface Verdict {
  readonly met: boolean;
  readonly message: string;
}

/** Holds an energy against the limits; nothing where there are none. */
export function checkLimits(
  { maxEnergyJ, maxRegression }: Limits,
  measured: MeasuredEnergy | null,
): Verdict[] {
  const verdicts: Verdict[] = [];
  if (maxEnergyJ === null && maxRegression === null) return verdicts;
  if (!measured)
    return [{ met: true, message: 'the energy limit could not be checked: nothing was measured' }];
  const energy = formatUncertain(measured.energyJ, measured.uncertaintyJ, 'J');
  if (maxEnergyJ !== null && measured.energyJ > maxEnergyJ)
    verdicts.push({
      met: false,
      message: `the command cost ${energy}, more than the limit of ${formatSi(maxEnergyJ, 'J')} (--max-energy)`,
    });
  if (maxRegression) {
    const { share, earlierJ } = maxRegression;
    const more = measured.energyJ / earlierJ - 1;
    if (more > share)
      verdicts.push({
        met: false,
        message: `the command cost ${energy}, ${percent(more)} more than the ${formatSi(earlierJ, 'J')} of the earlier run; ${percent(share)} were allowed (--max-regression)`,
      });
  }
  return verdicts;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
