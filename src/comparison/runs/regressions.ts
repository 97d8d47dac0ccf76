import { inputError } from '../../errors.js';
import { checkLimits, type Verdict } from '../../exec/limits.js';
import type { ComparedRuns } from './compare-runs.js';

/** What took more than it may, and of what that cannot be said, as `exec --max-regression` says it. @throws UserError (badInput) where A holds no energy */
export function regressions(compared: readonly ComparedRuns[], share: number): Verdict[] {
  return compared.flatMap(({ a, b, command, components, runs }) => {
    const of = `${b.path}${command === null ? '' : ` (${command.join(' ')})`}`;
    if (runs[0] > 0 && runs[1] === 0)
      return [
        {
          met: true,
          message: `${of}: --max-regression could not be judged: no run that went well was measured from its begin to its end`,
        },
      ];
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
    return checkLimits(limits, measured).map(({ met, message }) => ({ met, message: `${of}: ${message}` }));
  });
}
