import { unknown } from '../../compare/estimate.js';
import { percentOf } from '../../comparison/audit/document.js';
import type { Audited } from '../../comparison/audit/open.js';
import {
  type AuditSheet,
  type CounterAudit,
  noBoard,
  type PhaseError,
  type PhaseErrors,
} from '../../comparison/audit/sheet.js';
import { shownEstimate } from '../../comparison/rows.js';
import { printable } from '../../text.js';
import { fixed, formatSi, plural, withMinus } from '../../units.js';
import { styled } from '../terminal/say.js';
import { formatTable } from '../terminal/table.js';

const unknownText = '–';

/** The sheet of a sensor for people. */
export function sheetText({ a, b, sheet, guesses, remarks }: Audited): string {
  const { comparison } = sheet;
  const held = a === null ? 'by itself' : `held against ${printable(a.column)} of ${printable(a.path)}`;
  const parts = [
    `${printable(b.column)} of ${printable(b.path)}, ${held}: ${plural(sheet.readings, 'reading')} in ${formatSi(sheet.spanS, 's')}`,
    ...(comparison ? [`${comparison.verdict}: ${printable(comparison.reason)}`] : []),
    figuresText(sheet),
    rangeText(sheet),
    sheet.counter
      ? counterText(sheet.counter)
      : `energy counter: – (${printable(sheet.counterReason ?? '')})`,
    phasesText(sheet),
    [...(comparison?.notes.map(({ message }) => message) ?? []), ...remarks, ...guesses]
      .map((message) => `${styled('yellow', 'note:')} ${printable(message)}`)
      .join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function figuresText({ pollS, repeatedShare, update, duty, comparison }: AuditSheet): string {
  const of = (key: 'window_s' | 'delay_s' | 'shift_s' | 'gain' | 'offset_w', unit: string) =>
    shownEstimate(comparison?.figures[key] ?? unknown(noBoard), unit);
  const plain = (value: string) => ({ value, interval: '', reason: '' });
  const rows = [
    ['asked every', plain(pollS === null ? unknownText : formatSi(pollS, 's', 3))],
    ['said the same again', plain(repeatedShare === null ? unknownText : percent(100 * repeatedShare, 1))],
    ['update period', shownEstimate(update, 's')],
    ['averaging window', of('window_s', 's')],
    ['share of the time it looks at', dutyShown(duty)],
    ['delay (window’s centre to update)', of('delay_s', 's')],
    ['shift (by how much the curve is late)', of('shift_s', 's')],
    ['gain', of('gain', '')],
    ['offset', of('offset_w', 'W')],
  ] as const;
  const known = rows.filter(([, { value }]) => value !== unknownText);
  const table = formatTable(
    ['', '', '95 %', ''],
    known.map(([name, { value, interval, reason }]) => [`  ${name}`, value, interval, printable(reason)]),
    [1],
  );
  // What is missing for one reason is named together.
  const missing = rows.filter(([, { value }]) => value === unknownText);
  const reasons = [...new Set(missing.map(([, { reason }]) => reason))].map((reason) => {
    const names = missing.flatMap(([name, each]) => (each.reason === reason ? [name] : []));
    return `  not known: ${names.join(', ')}${reason === '' ? '' : ` (${printable(reason)})`}`;
  });
  return [table, ...reasons].join('\n');
}

function dutyShown({ value, interval, reason }: AuditSheet['duty']) {
  const hundred = (share: number) => 100 * share;
  return shownEstimate(
    {
      value: value === null ? null : hundred(value),
      interval: interval && [hundred(interval[0]), hundred(interval[1])],
      reason,
    },
    '%',
  );
}

function rangeText({ range, rangeReason }: AuditSheet): string {
  if (range.length === 0) return `over the range: – (${printable(rangeReason ?? '')})`;
  const rows = range.map(({ referenceW, sensorW, readings }) => [
    `  ${formatSi(referenceW, 'W')}`,
    formatSi(sensorW, 'W'),
    signed(sensorW - referenceW, 2),
    String(readings),
  ]);
  return `over the range\n${formatTable(['  board', 'sensor', 'difference, W', 'readings'], rows, [0, 1, 2, 3])}`;
}

function counterText({ column, update, spanS, counterJ, integralJ, referenceJ }: CounterAudit): string {
  const { value, interval, reason } = shownEstimate(update, 's');
  const against = (joules: number | null) => {
    const percentage = joules === null ? null : percentOf(counterJ, joules);
    return [
      joules === null ? '–' : formatSi(joules, 'J'),
      percentage === null ? '' : `counter ${signed(percentage, 2)} %`,
    ];
  };
  const rows = [
    ['  a step every', value, interval || printable(reason)],
    [`  counter, over ${formatSi(spanS, 's')}`, formatSi(counterJ, 'J'), ''],
    ["  integral of the sensor's power", ...against(integralJ)],
    ['  energy of the board', ...against(referenceJ)],
  ];
  return `energy counter ${printable(column)}\n${formatTable(['', '', ''], rows, [1])}`;
}

function phasesText({ phases }: AuditSheet): string {
  const isKnown = phases.some(({ raw, counter }) => raw ?? counter);
  if (!isKnown)
    return `joules of phases: – (${printable(phases[0]?.reason ?? 'there are too few readings')})`;
  const shown = (error: PhaseError | null) =>
    error ? [`${signed(error.medianPct, 1)} %`, percent(error.p95Pct, 1)] : [unknownText, unknownText];
  const isShown = ({ raw, counter }: PhaseErrors) => raw !== null || counter !== null;
  const rows = phases
    .filter(isShown)
    .map(({ lengthS, phases: count, raw, corrected, counter }) => [
      `  ${formatSi(lengthS, 's', 2)}`,
      ...shown(raw),
      ...shown(corrected),
      ...shown(counter),
      String(count),
    ]);
  const header = ['  phase', 'as read', '95 %', 'corrected', '95 %', 'counter', '95 %', 'room for'];
  const missing = phases.filter((each) => !isShown(each));
  return [
    'how wrong the joules of a phase are that begins with load: the middle one, and 19 of 20 by less',
    formatTable(header, rows, [0, 1, 2, 3, 4, 5, 6, 7]),
    ...(missing.length === 0
      ? []
      : [
          `  not known: ${missing.map(({ lengthS }) => formatSi(lengthS, 's', 2)).join(', ')} (${printable(missing[0]!.reason ?? '')})`,
        ]),
  ].join('\n');
}

const percent = (value: number, decimals: number): string => `${fixed(value, decimals)} %`;
const signed = (value: number, decimals: number): string =>
  withMinus(`${value >= 0 ? '+' : ''}${fixed(value, decimals)}`);
