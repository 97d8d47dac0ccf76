import { formatUncertain, uncertaintyNote } from '../../measure/honest-digits.js';
import {
  type BoardSummary,
  isBoardTrack,
  type RepairedSummary,
  type Summary,
  type TrackSummary,
} from '../../measure/summary.js';
import { printable } from '../../text.js';
import { formatSi, plural } from '../../units.js';
import { freshnessLines } from './freshness-text.js';
import { say, styled } from './say.js';
import { sensorLines } from './sensor-lines.js';
import { formatTable } from './table.js';

const watts = (value: number | null): string => (value === null ? '–' : formatSi(value, 'W'));

/** The closing summary of a recording, on standard error. */
export const printSummary = (summary: Summary, files: readonly string[]): void =>
  say(summaryText(summary, files));

/** The figures of a recording for people; of how many samples means are is not known. @param uncounted what they are called */
export function summaryText(
  summary: RepairedSummary,
  files: readonly string[] = [],
  uncounted = 'means',
): string {
  const { duration_s, samples, coverage, gaps, board } = summary;
  const tracks = summary.tracks?.filter(isBoardTrack) ?? [];
  const took = `${samples === null ? uncounted : plural(samples, 'sample')} in ${(duration_s ?? 0).toFixed(3)} s`;
  const lines =
    tracks.length > 0
      ? [`${plural(tracks.length, 'board')}: ${took}`, '', tracksText(tracks)]
      : [`${boardText(board)}: ${took}${rateText(summary)}`];
  const rows = Object.entries(summary.energy_j).map(([component, energyJ]) => {
    const power = summary.power_w[component];
    return [
      `  ${component}`,
      energyJ === null ? '–' : formatUncertain(energyJ, summary.energy_uncertainty_j[component] ?? null, 'J'),
      watts(power?.mean ?? null),
      watts(power?.max ?? null),
    ];
  });
  lines.push('', formatTable(['', 'energy', 'mean', 'peak'], rows, [1, 2, 3]), '');
  const freshness = freshnessLines(summary);
  const note = uncertaintyNote([...lines, ...freshness].join());
  lines.push(`  coverage ${percent(coverage)}, ${plural(gaps.length, 'gap')}${note}`);
  lines.push(...freshness, ...calibrationLines(summary), ...sensorLines(summary.tracks));
  for (const warning of summary.warnings)
    lines.push(`  ${styled('yellow', 'warning:')} ${printable(warning.message)}`);
  if (files.length > 0) lines.push(`  kept in ${files.map(printable).join(', ')}`);
  return lines.join('\n');
}

/** Which rails went through whose calibration. */
const calibrationLines = ({ calibration, tracks = [] }: RepairedSummary): string[] => {
  const boards = tracks.filter(isBoardTrack);
  const applied = boards.length > 0 ? boards.map((track) => track.calibration) : [calibration];
  return applied.flatMap((each) =>
    each
      ? [`  ${Object.keys(each.rails).map(printable).join(', ')} calibrated by ${printable(each.file)}`]
      : [],
  );
};

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(2)} %`);

const rateText = ({ sample_rate_hz }: Pick<Summary, 'sample_rate_hz'>): string =>
  sample_rate_hz === null ? '' : ` at ${sample_rate_hz.toFixed(1)} Hz`;

function boardText({ product, name, port }: BoardSummary): string {
  const called = name ? ` '${printable(name)}'` : '';
  return `${printable(product)}${called} on ${printable(port)}`;
}

/** A line for each of several boards. */
function tracksText(tracks: readonly TrackSummary[]): string {
  const rows = tracks.map((track) => {
    const { id, board, samples, coverage, gaps, energy_j, energy_uncertainty_j } = track;
    const energyJ = energy_j.system ?? null;
    return [
      `  ${printable(id)}`,
      `${printable(board.product)} on ${printable(board.port)}`,
      `${plural(samples, 'sample')}${rateText(track)}`,
      percent(coverage),
      plural(gaps.length, 'gap'),
      energyJ === null ? '–' : formatUncertain(energyJ, energy_uncertainty_j.system ?? null, 'J'),
    ];
  });
  return formatTable(['', 'board', 'samples', 'coverage', 'gaps', 'energy'], rows, [3, 4, 5]);
}
