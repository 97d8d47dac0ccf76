import { formatUncertain } from '../../../../measure/honest-digits.js';
import { added, combined } from '../../../../measure/tracks/whole.js';
import { printable } from '../../../../text.js';
import { fixed, formatClock, plural } from '../../../../units.js';
import type { Alarm, Standing } from '../watch/board-watch.js';
import type { Shown, ShownBoard, ShownPhase } from './model.js';
import type { Style } from './style.js';
import { cut, ends, fill, joinFitting, widthOf } from './styled-text.js';

export const energyText = (energyJ: number | null, uncertaintyJ: number | null): string =>
  energyJ === null ? '– J' : formatUncertain(energyJ, uncertaintyJ, 'J');

/** Whose numbers these are, how long they have been coming, and how well. */
export function header(shown: Shown, columns: number, style: Style): string[] {
  const { boards } = shown;
  const [only] = boards;
  const title =
    boards.length === 1
      ? style.bold(printable(only!.title)) + style.faint(`  ${printable(only!.whereabouts)}`)
      : style.bold(plural(boards.length, 'board'));
  const line = boards.length === 1 ? qualityTexts(only!.standing, style) : [wholeText(boards)];
  // How it stands is shown where there is no room for whose it is.
  const right = rightTexts(shown, style).find((text) => widthOf(text) + leastTitleCells <= columns) ?? '';
  return [
    ends(cut(` ${title}`, Math.max(columns - widthOf(right) - 1, 0)), right, columns),
    joinFitting(
      line.map((text) => ` ${text}`),
      ' ',
      columns,
    ),
  ];
}

const leastTitleCells = 8;

/** The clock and the state, the longest first. */
function rightTexts(shown: Shown, style: Style): string[] {
  const { pausedS, elapsedS } = shown;
  const clock = formatClock(elapsedS);
  if (pausedS === null)
    return [`${clockText(shown)}  ${style.bold('LIVE')} `, `${clock}  ${style.bold('LIVE')} `, `${clock} `];
  const held = style.reverse(` PAUSED at ${formatClock(pausedS)} `);
  return [`${clockText(shown)}  ${held} `, `${held} `, style.reverse('PAUSED')];
}

function clockText({ elapsedS, durationS }: Shown): string {
  const clock = formatClock(elapsedS);
  return durationS === null ? clock : `${clock} of ${formatClock(durationS)}`;
}

/** Rate, coverage, gaps. */
export function qualityTexts({ rateHz, awayUs, measured }: Standing, style: Style): string[] {
  const { coverage, gaps, samples } = measured;
  return [
    awayUs === null
      ? rateHz === null
        ? '– Hz'
        : `${rateHz.toFixed(rateHz < 10 ? 1 : 0)} Hz`
      : style.warning('away'),
    coverage === null ? 'coverage –' : `coverage ${fixed(100 * coverage, 2)} %`,
    gaps.length === 0 ? 'no gap' : style.warning(plural(gaps.length, 'gap')),
    plural(samples, 'sample'),
  ];
}

const wholeText = (boards: readonly ShownBoard[]): string => {
  const systems = boards.map(({ components }) => components[0]!);
  return `all together ${energyText(
    added(systems.map(({ energyJ }) => energyJ)),
    combined(systems.map(({ uncertaintyJ }) => uncertaintyJ)),
  )}`;
};

const alarmWords: Readonly<Record<Alarm['kind'], { readonly active: string; readonly over: string }>> = {
  fault: { active: 'FAULT', over: 'fault is over' },
  wire: { active: 'WIRE', over: 'wire is back' },
};

/** What a person has to see first, each over the whole width: boards that are away, and what boards found wrong. */
export function banners({ boards }: Shown, columns: number, most: number, style: Style): string[] {
  const of = (id: string): string => (boards.length === 1 ? '' : `${printable(id)}: `);
  const away = boards.flatMap(({ id, standing: { awayUs, lastUs } }) =>
    awayUs === null
      ? []
      : [
          style.alarm(
            fill(
              ` ${of(id)}NO SAMPLES ${lastUs === null ? 'yet' : `for ${formatClock(awayUs / 1e6)}`}; waiting for the board`,
              columns,
            ),
          ),
        ],
  );
  const alarms = boards.flatMap(({ id, alarms: raised }) =>
    raised.map(({ kind, text: alarm, isActive, firstUs, lastUs, times }) => {
      const word = alarmWords[kind][isActive ? 'active' : 'over'];
      const what = `${of(id)}${word}: ${printable(alarm)}`;
      const since = isActive && times === 1 ? 'since' : times === 1 ? 'at' : 'last at';
      const often = times === 1 ? '' : `, ${times} times since ${formatClock(firstUs / 1e6)}`;
      const text = fill(` ${what}, ${since} ${formatClock(lastUs / 1e6)}${often}`, columns);
      return { isActive, line: isActive ? style.alarm(text) : style.warning(text) };
    }),
  );
  const inOrder = alarms.toSorted((a, b) => Number(b.isActive) - Number(a.isActive));
  const lines = [...away, ...inOrder.map(({ line }) => line)];
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, Math.max(most - 1, 0));
  return most === 0
    ? []
    : [...kept, style.alarm(fill(` and ${lines.length - kept.length} more: m shows all`, columns))];
}

/** What runs, for how long and what it came to, and what ran before. */
export function phaseLine({ phases, point }: Shown, columns: number, style: Style): string[] {
  if (phases.length === 0 && !point) return [];
  const texts = phases.map((phase) =>
    phase.isOpen ? style.bold(`▶ ${phaseText(phase)}`) : style.faint(phaseText(phase)),
  );
  const marked = point ? [`◆ ${printable(point.name)} at ${formatClock(point.atS)}`] : [];
  const firstEnded = phases.findIndex(({ isOpen }) => !isOpen);
  texts.splice(firstEnded < 0 ? texts.length : firstEnded, 0, ...marked);
  return [
    joinFitting(
      texts.map((text) => ` ${text}`),
      '  ',
      columns,
    ),
  ];
}

export const phaseText = ({ name, durationS, energyJ, uncertaintyJ }: ShownPhase): string => {
  const time = durationS < 60 ? `${fixed(durationS, 1)} s` : formatClock(durationS);
  return `${printable(name)} · ${time} · ${energyText(energyJ, uncertaintyJ)}`;
};
