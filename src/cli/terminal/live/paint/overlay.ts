import { printable } from '../../../../text.js';
import { formatClock } from '../../../../units.js';
import type { ScreenSize } from '../screen.js';
import { banners, phaseText } from './header.js';
import type { Shown } from './model.js';
import type { Style } from './style.js';
import { cut, fill, wrap } from './styled-text.js';

const keys: readonly (readonly [string, string])[] = [
  ['q, Esc, Ctrl-C', 'end, and leave the summary'],
  ['space', 'hold the display; the recording goes on'],
  ['← →, t', 'how much time is shown: 10 s, 1 min, 10 min, all'],
  ['r', 'begin minimum and maximum anew'],
  ['m', 'all that was said: warnings, faults, phases'],
  ['w', "each wire of a GPU's connector, where the board measures them"],
  ['?', 'this'],
  ['Ctrl-L', 'draw everything anew'],
];

const explained = [
  'A bar is the power now; its marks are the least and the most since the start, or since r. All bars have one scale.',
  'The plot shows of each moment the range from the least to the most, and the mean as a line in it. Where nothing was measured, nothing is drawn.',
  'Joules are those of the summary, ± at 95 %. Phases are told to a hundredth of a second; a replay of the capture gives them exactly.',
];

/** What the keys do, instead of everything else. */
export function help({ rows, columns }: ScreenSize, style: Style): string[] {
  const nameCells = Math.min(16, Math.floor(columns / 2));
  const lines = [
    ...keys.map(([name, what]) => ` ${style.bold(fill(name, nameCells))}${what}`),
    '',
    ...explained.flatMap((text) => wrap(text, columns - 2).map((line) => ` ${style.faint(line)}`)),
  ];
  return page('Keys', lines, { rows, columns }, style);
}

/** All that was said, the latest last. */
export function messages(shown: Shown, { rows, columns }: ScreenSize, style: Style): string[] {
  const { notices, warnings, phases } = shown;
  const hanging = (head: string, text: string): string[] =>
    wrap(printable(text), Math.max(columns - 10, 1)).map(
      (line, n) => ` ${n === 0 ? fill(head, 8) : ' '.repeat(8)}${line}`,
    );
  const lines = [
    ...banners(shown, columns, Number.POSITIVE_INFINITY, style),
    ...phases.map((phase) => ` ${fill(phase.isOpen ? '▶' : '', 8)}${phaseText(phase)}`),
    ...warnings.flatMap((text) => hanging(style.warning('!'), text)),
    ...notices.flatMap(({ atS, text }) => hanging(style.faint(formatClock(atS)), text)),
  ];
  return page('Messages', lines.length > 0 ? lines : [' nothing so far'], { rows, columns }, style);
}

/** The lines that have room, under a title: of messages the last ones. */
export function page(
  title: string,
  lines: readonly string[],
  { rows, columns }: ScreenSize,
  style: Style,
): string[] {
  const shown =
    title === 'Messages' ? lines.slice(-Math.max(rows - 3, 1)) : lines.slice(0, Math.max(rows - 3, 0));
  const whole = [
    style.bold(` ${title}`),
    '',
    ...shown,
    ...Array.from({ length: Math.max(rows - shown.length - 3, 0) }, () => ''),
    style.faint(' any key goes back'),
  ];
  return whole.slice(0, rows).map((line) => cut(line, columns));
}
