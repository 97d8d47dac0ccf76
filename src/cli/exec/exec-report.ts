import type { Conclusions } from '../../exec/figures/conclusions.js';
import { leftOutText } from '../../exec/figures/measured-part.js';
import { distinctNames } from '../../exec/figures/names.js';
import { counts } from '../../exec/figures/repeated-runs.js';
import type {
  CommandSummary,
  PhaseSummary,
  RepeatedRuns,
  RepeatedSummary,
  RunSummary,
} from '../../exec/figures/summaries.js';
import { endText } from '../../exec/runs/hooks.js';
import { formatSupported, formatUncertain, uncertaintyNote } from '../../measure/honest-digits.js';
import { isBoardTrack, type Summary } from '../../measure/summary.js';
import type { Warning } from '../../stream/warning.js';
import { printable } from '../../text.js';
import { formatCount, formatSi, plural } from '../../units.js';
import { freshnessLines } from '../terminal/freshness-text.js';
import { styled } from '../terminal/say.js';
import { sensorLines } from '../terminal/sensor-lines.js';
import { formatTable } from '../terminal/table.js';

const unknown = '–';
/** More than this would push the figures off the screen; the summary file has all of them. */
const warningsShown = 8;
const phasesShown = 40;
const phaseNameWidth = 48;
/** Runs that did not go well. */
const leftOutShown = 10;

interface Report extends Pick<Conclusions, 'phases' | 'repeated' | 'comparison' | 'names'> {
  readonly summary: Summary;
  readonly command: CommandSummary;
  readonly files: readonly string[];
  /** What is said where there are none. */
  readonly nothingKept?: string;
}

/** What a person reads after the command has ended. */
export function reportText(report: Report): string {
  const { repeated, comparison, phases, summary, command } = report;
  // Without a sample there is one thing to say, and it has been said before the command ran.
  if (summary.samples === 0) return `\n${headText(command, report.names[0]!)}; nothing was measured`;
  const figures = [
    repeated.length > 0 ? repeatedText(report) : commandText(report),
    phases.length > 0 ? phasesText(phases) : '',
    comparison ? printable(comparison.sentence) : '',
  ];
  const freshness = freshnessLines(summary);
  const blocks = [
    ...figures,
    [
      coverageText(summary, uncertaintyNote([...figures, ...freshness].join())),
      ...freshness,
      ...sensorLines(summary.tracks, command.sensor_energy_j ?? {}),
      ...warningLines(summary.warnings),
      ...filesLines(report),
    ].join('\n'),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}`;
}

function commandText({ command, names }: Report): string {
  const rows = Object.keys(command.energy_j).map((name) => [
    `  ${name}`,
    ...costCells(command, name),
    above(command, name),
  ]);
  const table = formatTable(['', 'energy', 'mean', 'peak', 'above idle'], rows, [1, 2, 3, 4]);
  return `${headText(command, names[0]!)}\n\n${table}`;
}

const headText = (command: CommandSummary, name: string): string =>
  `${styled('bold', name)}: ${command.warmup ? 'warm-up, ' : ''}${formatTime(command.duration_s)}, ${endText(command)}`;

/** Energy, mean and peak, with the digits that the uncertainty supports. */
function costCells(cost: RunSummary | PhaseSummary, name: string): string[] {
  const energy = cost.energy_j[name] ?? null;
  const uncertainty = cost.energy_uncertainty_j[name] ?? null;
  const { mean = null, max = null } = cost.power_w[name] ?? {};
  // A mean is as uncertain as its energy; a peak as the board's readings are.
  const ofMean = mean !== null && energy ? Math.abs((uncertainty ?? 0) * (mean / energy)) : null;
  const { accuracy_share: share } = cost.uncertainty;
  const ofPeak = max === null || share === null ? null : Math.abs(max) * share;
  return [
    energy === null ? unknown : formatUncertain(energy, uncertainty, 'J'),
    mean === null ? unknown : formatSupported(mean, ofMean, 'W'),
    max === null ? unknown : formatSupported(max, ofPeak, 'W'),
  ];
}

function above(command: CommandSummary, name: string): string {
  const energy = command.energy_above_idle_j[name] ?? null;
  if (energy === null) return unknown;
  return formatUncertain(energy, command.energy_above_idle_uncertainty_j[name] ?? null, 'J');
}

function phasesText(phases: readonly PhaseSummary[]): string {
  const names = Object.keys(phases[0]!.energy_j);
  const others = names.filter((name) => name !== 'system');
  const counted = phases.some((phase) => phase.energy_per_count_j);
  const shown = phases.slice(0, phasesShown);
  const titles = distinctNames(
    shown.map(({ name }) => name),
    phaseNameWidth,
  );
  const rows = shown.map((phase, n) => {
    // What only marks an instant took no time, and no energy.
    const isPoint = phase.duration_s === 0;
    const energies = ['system', ...others].map((name) => (isPoint ? unknown : costCells(phase, name)[0]!));
    const count = phase.count === undefined ? '' : formatCount(phase.count);
    return [
      `  ${titles[n]}${phase.unended ? ' (not ended)' : ''}`,
      formatCount(phase.times),
      isPoint ? unknown : formatTime(phase.duration_s),
      ...energies,
      ...(counted ? [count, perCount(phase)] : []),
    ];
  });
  const head = [
    '  phase',
    'times',
    'time',
    'system',
    ...others,
    ...(counted ? ['count', 'system per count'] : []),
  ];
  const table = formatTable(
    head,
    rows,
    head.slice(1).map((_, n) => n + 1),
  );
  const hidden = phases.length - phasesShown;
  return hidden > 0 ? `${table}\n  … and ${plural(hidden, 'more phase')}, in the summary file` : table;
}

function perCount({ count, energy_per_count_j, energy_uncertainty_j }: PhaseSummary): string {
  const energy = energy_per_count_j?.system ?? null;
  if (energy === null || !count) return '';
  return formatUncertain(energy, (energy_uncertainty_j.system ?? 0) / count, 'J');
}

function repeatedText({ repeated, names }: Report): string {
  const [first] = repeated;
  const components = Object.keys(first!.energy_j);
  const texts = repeated.map((each, n) => {
    const energy = (name: string) => [
      `  ${name}`,
      withInterval(each.energy_j[name], 'J'),
      spread(each.energy_j[name], 'J'),
      withInterval(each.power_w[name], 'W'),
    ];
    const rows = [
      ...components.map(energy),
      ['  time', withInterval(each.duration_s, 's'), spread(each.duration_s, 's')],
    ];
    const table = formatTable(['', 'mean ± 95 %', 'stddev', 'power'], rows, [1, 2, 3]);
    const warmups = each.warmups > 0 ? ` after ${plural(each.warmups, 'warm-up')}` : '';
    const took = each.runs.filter((run) => !run.warmup).length;
    const runs = each.counted === took ? plural(took, 'run') : `${each.counted} of ${plural(took, 'run')}`;
    return `${styled('bold', names[n]!)}: ${runs}${warmups}\n\n${table}${leftOutTable(each)}`;
  });
  return texts.join('\n\n');
}

/** The runs that are in none of the figures above. */
function leftOutTable({ runs }: RepeatedRuns): string {
  const leftOut = runs.filter((run) => !counts(run));
  if (leftOut.length === 0) return '';
  const rows = leftOut
    .slice(0, leftOutShown)
    .map((run) => [
      `  ${run.warmup ? 'warm-up' : 'run'} ${run.number}`,
      leftOutText(run),
      formatTime(run.duration_s),
      costCells(run, 'system')[0]!,
    ]);
  const hidden = leftOut.length - leftOutShown;
  const more = hidden > 0 ? `\n  … and ${hidden} more, in the summary file and the exports` : '';
  return `\n\n${formatTable(['  not counted', 'status', 'time', 'system'], rows, [2, 3])}${more}`;
}

function withInterval(figure: RepeatedSummary | null | undefined, unit: string): string {
  if (!figure) return unknown;
  return formatUncertain(figure.mean, figure.interval95 && figure.interval95[1] - figure.mean, unit);
}

const spread = (figure: RepeatedSummary | null | undefined, unit: string): string =>
  figure?.stddev == null ? unknown : formatSi(figure.stddev, unit, 2);

function coverageText(summary: Summary, note: string): string {
  const boards = summary.tracks?.filter(isBoardTrack) ?? [];
  const each = boards.map((track) => `\n    ${printable(track.id)} ${measuredText(track)}`);
  return `  coverage ${measuredText(summary)}${note}${boards.length > 0 ? `; of ${plural(boards.length, 'board')}` : ''}${each.join('')}`;
}

function measuredText({
  coverage,
  samples,
  sample_rate_hz,
  gaps,
}: Pick<Summary, 'coverage' | 'samples' | 'sample_rate_hz' | 'gaps'>): string {
  const share = coverage === null ? unknown : `${(coverage * 100).toFixed(2)} %`;
  const rate = sample_rate_hz === null ? '' : ` at ${formatSi(sample_rate_hz, 'Hz', 3)}`;
  return `${share}: ${plural(samples, 'sample')}${rate}, ${plural(gaps.length, 'gap')}`;
}

function warningLines(warnings: readonly Warning[]): string[] {
  const lines = warnings
    .slice(0, warningsShown)
    .map(({ message }) => `  ${styled('yellow', 'warning')}: ${printable(message)}`);
  const hidden = warnings.length - warningsShown;
  return hidden > 0 ? [...lines, `  … and ${plural(hidden, 'more warning')}`] : lines;
}

const filesLines = ({ files, nothingKept }: Report): string[] =>
  files.length > 0
    ? [`  kept in ${files.map(printable).join(', ')}`]
    : nothingKept === undefined
      ? []
      : [`  ${nothingKept}`];

/** Times are measured to microseconds, which nobody reads. */
function formatTime(seconds: number): string {
  if (seconds < 60) return formatSi(seconds, 's');
  const minutes = Math.floor(seconds / 60);
  const rest = `${(seconds - minutes * 60).toFixed(1)} s`;
  return minutes < 60
    ? `${minutes} min ${rest}`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min ${rest}`;
}
