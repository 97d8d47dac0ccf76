import { tool } from '../../tool.js';
import type { ComparedRuns } from './compare-runs.js';
import { type ComparedComponents, type ComparedFigure, percentOfA } from './compared-figure.js';

/** The JSON of recordings of runs: the first against each other. */
export function runsDocument(compared: readonly ComparedRuns[]) {
  return {
    a: compared[0]!.a.path,
    comparisons: compared.map(
      ({ a, b, command, runs, durationS, components, phases, sentence, warnings }) => ({
        ...{ b: b.path, command },
        sentence,
        ...{ boards_a: a.boards?.ids ?? null, boards_b: b.boards?.ids ?? null },
        ...{ runs_a: runs[0], runs_b: runs[1] },
        ...figureIn('duration', 's', durationS),
        components: componentsIn(components),
        phases: phases.map((phase) => ({
          ...{ name: phase.name, per: phase.per },
          ...{ repetitions_a: phase.repetitions[0], repetitions_b: phase.repetitions[1] },
          ...figureIn('duration', 's', phase.durationS),
          components: componentsIn(phase.components),
        })),
        warnings,
      }),
    ),
    tool: { name: tool.name, version: tool.version },
  };
}

const componentsIn = (components: ComparedComponents) =>
  Object.fromEntries(
    Object.entries(components).map(([name, { energyJ, powerW }]) => [
      name,
      { ...figureIn('energy', 'j', energyJ), ...figureIn('power', 'w', powerW) },
    ]),
  );

function figureIn(name: string, unit: string, figure: ComparedFigure): Readonly<Record<string, unknown>> {
  const { a, b, difference, interval, pValue, reason } = figure;
  const percent = percentOfA(figure);
  return {
    [`${name}_a_${unit}`]: a,
    [`${name}_b_${unit}`]: b,
    [`${name}_difference_${unit}`]: difference,
    [`${name}_difference_${unit}_interval`]: interval,
    [`${name}_difference_${unit}_reason`]: reason,
    [`${name}_difference_pct`]: percent?.value ?? null,
    [`${name}_difference_pct_interval`]: percent?.interval ?? null,
    [`${name}_difference_p_value`]: pValue,
  };
}
