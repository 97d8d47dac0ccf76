import { type Comparison, type Figures, figureKeys, type PhaseComparison } from '../compare/comparison.js';
import { tool } from '../tool.js';
import type { ComparedFiles } from './compare-files.js';
import type { Side } from './sides/side.js';

/** The JSON of a comparison, as docs/compare.md promises it: each figure, its interval, and why it or that is missing. */
export function comparisonDocument({ a, b, comparison, guesses, remarks }: ComparedFiles) {
  const { verdict, reason, figures, rivals, spanS, phases, notes } = comparison;
  return {
    verdict,
    reason,
    ...figuresIn(figures),
    rivals: rivals.map(({ delayS, shiftS, windowS }) => ({
      shift_s: shiftS,
      delay_s: delayS,
      window_s: windowS,
    })),
    span_s: spanS,
    phases: phases.map(phaseIn),
    ...modelIn(comparison),
    a: sideIn(a),
    b: sideIn(b),
    guesses,
    warnings: [
      ...notes.map(({ code, message }) => ({ code, message })),
      ...remarks.map((message) => ({ code: 'file', message })),
    ],
    tool: { name: tool.name, version: tool.version },
  };
}

const phaseIn = ({ name, spanS, figures }: PhaseComparison) => ({
  name,
  span_s: spanS,
  ...figuresIn(figures),
});

const modelIn = ({ kernel, timeConstantS, events, referenceUncertaintyJ }: Comparison) => ({
  kernel,
  time_constant_s: timeConstantS,
  events,
  energy_a_uncertainty_j: referenceUncertaintyJ,
});

const sideIn = ({ path, column, source, unit, uuid }: Side) => ({ file: path, column, unit, source, uuid });

const figuresIn = (figures: Figures): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    figureKeys.flatMap((key) => {
      const { value, interval, reason } = figures[key];
      return [
        [key, value],
        [`${key}_interval`, interval],
        [`${key}_reason`, reason],
      ];
    }),
  );
