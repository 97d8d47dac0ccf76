import type { PhaseComparison } from '../../compare/comparison.js';
import type { ComparedFiles } from '../../comparison/compare-files.js';
import { figureRows, shownEstimate } from '../../comparison/rows.js';
import { sentencesOf, spanText } from '../../comparison/sentences.js';
import type { Side } from '../../comparison/sides/side.js';
import { printable } from '../../text.js';
import { fixed, formatSi } from '../../units.js';
import { formatTable } from '../terminal/table.js';

/** A comparison for people: two sentences, a table of its figures, and what was guessed. */
export function compareText(compared: ComparedFiles): string {
  const { a, b, comparison, guesses, remarks } = compared;
  const { verdict, reason, figures, phases, rivals, notes, spanS } = comparison;
  const rows = figureRows(figures).map(({ name, value, interval, reason: why }) => [
    `  ${name}`,
    value,
    interval,
    printable(why),
  ]);
  const others = rivals.map(({ shiftS }) => formatSi(shiftS, 's'));
  const blocks = [
    sentencesOf(compared).join('\n'),
    [
      `A  ${sideText(a)}`,
      `B  ${sideText(b)}`,
      `   ${verdict} over ${spanText(spanS)}: ${printable(reason)}`,
    ].join('\n'),
    formatTable(['', 'figure', '95 %', ''], rows, [1, 2]),
    ...(others.length > 0 ? [`  shifts that fit as well: ${others.join(', ')}`] : []),
    ...(phases.length > 0 ? [phasesText(phases)] : []),
    linesOf([
      ...notes.map(({ message }) => ['note', message] as const),
      ...remarks.map((message) => ['note', message] as const),
      ...guesses.map((message) => ['guessed', message] as const),
    ]),
  ];
  return `${blocks.filter((each) => each !== '').join('\n\n')}\n`;
}

const linesOf = (lines: readonly (readonly [kind: string, message: string])[]): string =>
  lines.map(([kind, message]) => `  ${kind}: ${printable(message)}`).join('\n');

function sideText({ path, column, source, uuid }: Side): string {
  const by = [source, uuid].filter((each) => each !== null).join(', ');
  return printable(`${path}, ${column}${by === '' ? '' : ` (${by})`}`);
}

function phasesText(phases: readonly PhaseComparison[]): string {
  const rows = phases.map(({ name, spanS, figures }) => {
    const { energy_a_j, energy_b_j, energy_difference_pct, mean_difference_w } = figures;
    const percent = shownEstimate(energy_difference_pct, '%');
    return [
      `  ${printable(name)}`,
      `${fixed(spanS, 2)} s`,
      shownEstimate(energy_a_j, 'J').value,
      shownEstimate(energy_b_j, 'J').value,
      percent.value,
      percent.interval,
      shownEstimate(mean_difference_w, 'W').value,
    ];
  });
  return formatTable(
    ['', 'covered', 'energy of A', 'of B', 'B − A', '95 %', 'mean, B − A'],
    rows,
    [1, 2, 3, 4, 5, 6],
  );
}
