import { inks } from '../colours.js';
import type { Figure } from './figure.js';
import { axis, type Layout } from './layout.js';
import { element, text } from './markup.js';

/** Behind the data. */
export function drawGrid({ plot, pt }: Layout, theme: Figure['theme']): string {
  const lines = plot.powers.at.map((mw) => `M${plot.left} ${whole(plot.yOf(mw))}h${plot.width}`);
  return element('path', { d: lines.join(''), stroke: inks[theme].line, 'stroke-width': 0.5 * pt });
}

/** Around the data: two lines with ticks, numbers, and what they are of. */
export function drawAxes({ plot, pt, em, margin }: Layout, theme: Figure['theme']): string {
  const { left, top, width, height, powers, times, xOf, yOf } = plot;
  const { ink, faint } = inks[theme];
  const bottom = top + height;
  const tick = Math.round(axis.tick * em);
  const ticks = [
    ...powers.at.map((mw) => `M${left} ${whole(yOf(mw))}h${-tick}`),
    ...times.at.map((us) => `M${whole(xOf(us))} ${bottom}v${tick}`),
  ];
  const powerX = left - tick - axis.gap * em;
  const timeY = bottom + tick + axis.gap * em + 0.75 * em;
  const titleX = margin + 0.8 * em;
  const middle = top + height / 2;
  return [
    element('path', {
      d: `M${left} ${top}V${bottom}H${left + width}${ticks.join('')}`,
      ...{ fill: 'none', stroke: faint, 'stroke-width': 0.6 * pt },
    }),
    element(
      'g',
      { fill: ink, 'text-anchor': 'end' },
      ...powers.labels.map((label, n) => text(label, { x: powerX, y: yOf(powers.at[n]!) + 0.36 * em })),
    ),
    element(
      'g',
      { fill: ink, 'text-anchor': 'middle' },
      ...times.labels.map((label, n) => text(label, { x: xOf(times.at[n]!), y: timeY })),
      text(`Time (${times.unit})`, { x: left + width / 2, y: timeY + axis.titleHeight * em }),
      text(`Power (${powers.unit})`, {
        ...{ x: titleX, y: middle, transform: `rotate(-90 ${titleX.toFixed(1)} ${middle.toFixed(1)})` },
      }),
    ),
  ].join('\n');
}

const whole = (value: number): number => Math.round(value);
