import { inputError } from '../../errors.js';
import { checkLimits, type Verdict } from '../../exec/limits.js';
import type { ComparedRuns } from './compare-runs.js';

/**
 * What took more than it may, or could not be held against that, in words, as `exec --max-regression` says it.
 * @throws UserError (badInput) where A holds no energy, of which all others take a share
 */
export function regressions(compared: readonly ComparedRuns[], share: number): Verdict[] {
  return compared.flatMap(({ a, b, command, components }) => {
    const energy = components.system?.energyJ;
    if (!energy || energy.a === null || energy.a <= 0)
      throw inputError(
        `${a.path}: holds no energy of runs that went well and were measured, of which a share could be taken`,
      );
    const measured =
      energy.b === null
        ? null
        : {
            ...{ energyJ: energy.b, coverage: 1, isPart: false },
            uncertaintyJ: energy.interval && (energy.interval[1] - energy.interval[0]) / 2,
          };
    const limits = {
      ...{ maxEnergyJ: null, minCoverage: null },
      maxRegression: { share, earlier: { energyJ: energy.a, boards: [] } },
    };
    const of = `${b.path}${command === null ? '' : ` (${command.join(' ')})`}`;
    return checkLimits(limits, measured).map(({ met, message }) => ({ met, message: `${of}: ${message}` }));
  });
}
