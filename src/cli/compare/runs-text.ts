import { boardsText } from '../../comparison/runs/boards.js';
import type { ComparedRuns } from '../../comparison/runs/compare-runs.js';
import {
  type ComparedComponents,
  type ComparedFigure,
  percentOfA,
} from '../../comparison/runs/compared-figure.js';
import { formatUncertain } from '../../measure/honest-digits.js';
import { printable } from '../../text.js';
import { fixed, formatSi, plural, withMinus } from '../../units.js';
import { styled } from '../terminal/say.js';
import { formatTable } from '../terminal/table.js';

const header = ['', '', 'before', 'after', 'difference', '%', '95 %'];
const numeric = [2, 3, 4, 5, 6];

/** Recordings of runs against each other, for people. */
export function runsText({
  a,
  b,
  command,
  runs,
  durationS,
  components,
  phases,
  sentence,
  warnings,
}: ComparedRuns): string {
  const rows = [
    ['  duration', '', ...cells(durationS, 's')],
    ...componentRows('  energy', components),
    ...phases.flatMap(({ name, per, repetitions, durationS: took, components: parts }) => [
      [`  ${printable(name)}`, `a ${per}, ${repetitions.join(' and ')}`, ...cells(took, 's')],
      ...componentRows('', parts),
    ]),
  ];
  const of = command === null ? '' : `, '${printable(command.join(' '))}'`;
  const lineOf = ({ path, boards }: typeof a, count: number) =>
    `${printable(path)}${of}, ${plural(count, 'run')}${boards ? `, ${printable(boardsText(boards))}` : ''}`;
  const lines = [`before  ${lineOf(a, runs[0])}`, `after   ${lineOf(b, runs[1])}`];
  const reason = components.system?.energyJ.reason ?? null;
  return `${[
    printable(sentence),
    lines.join('\n'),
    formatTable(header, rows, numeric),
    [
      ...(reason === null ? [] : [`  no interval: ${reason}`]),
      ...warnings.map(({ message }) => `  ${styled('yellow', 'warning:')} ${printable(message)}`),
    ].join('\n'),
  ]
    .filter((each) => each !== '')
    .join('\n\n')}\n`;
}

const componentRows = (title: string, components: ComparedComponents): string[][] =>
  Object.entries(components).map(([name, { energyJ }], n) => [
    n === 0 ? title : '',
    printable(name),
    ...cells(energyJ, 'J'),
  ]);

function cells(figure: ComparedFigure, unit: string): string[] {
  const { a, b, difference, interval } = figure;
  const shown = (value: number | null) => (value === null ? '–' : formatSi(value, unit));
  const half = interval && (interval[1] - interval[0]) / 2;
  const percent = percentOfA(figure);
  const text = (value: number) => withMinus(fixed(value, 2));
  return [
    shown(a),
    shown(b),
    difference === null ? '–' : withMinus(formatUncertain(difference, half, unit)),
    percent ? text(percent.value) : '–',
    percent?.interval ? percent.interval.map(text).join(' … ') : '',
  ];
}
