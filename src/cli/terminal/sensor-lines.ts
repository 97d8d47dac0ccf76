import { isBoardTrack, type Summary } from '../../measure/summary.js';
import type { SensorSummary } from '../../measure/tracks/sensor-summary.js';
import { printable } from '../../text.js';
import { formatSi, plural } from '../../units.js';

/** Figures of a sensor that are shown; the summary has all. */
const shown = 4;

type Energies = Readonly<Record<string, number | null>>;

/**
 * A line for each sensor that was recorded beside the boards.
 * @param ofCommand joules of a command, by sensor and column, where those of the whole recording are not what is asked for
 */
export const sensorLines = (
  tracks: Summary['tracks'] = [],
  ofCommand: Readonly<Record<string, Energies>> | null = null,
): string[] =>
  tracks.flatMap((track) =>
    isBoardTrack(track) ? [] : [sensorLine(track, ofCommand ? (ofCommand[track.id] ?? {}) : track.energy_j)],
  );

function sensorLine({ id, samples, coverage, freshness, sensor }: SensorSummary, energies: Energies): string {
  // A part is in its whole already.
  const wholes = Object.entries(energies).filter(([name]) =>
    sensor.columns.some((column) => column.name === name && column.part_of === null),
  );
  const figures = wholes
    .slice(0, shown)
    .map(
      ([name, joules]) => `${figureName(name, energies)} ${joules === null ? '–' : formatSi(joules, 'J')}`,
    );
  const more = wholes.length > shown ? [`${wholes.length - shown} more`] : [];
  const share =
    coverage === null || coverage >= 0.995 ? '' : ` over ${(coverage * 100).toFixed(1)} % of the time`;
  const update = freshness.update_s === null ? '' : `, new every ${formatSi(freshness.update_s, 's', 3)}`;
  const all = [...figures, ...more].map(printable).join(', ');
  return `  beside it ${printable(id)}: ${plural(samples, 'reading')}${share}${update}${all === '' ? '' : `; ${all}`}`;
}

/** Without its unit; a counter beside the power of the same thing is called one. */
function figureName(column: string, others: Energies): string {
  const name = column.replace(/_(?:energy_j|power_w)$/, '');
  return column.endsWith('_energy_j') && `${name}_power_w` in others ? `${name} counter` : name;
}
