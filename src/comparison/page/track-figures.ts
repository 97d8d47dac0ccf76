import type { RepairedSummary } from '../../measure/summary.js';
import { sensorTrackSchema } from '../../schema/sensor-track.js';
import { besideWhich } from '../sides/recording-facts.js';
import type { Side } from '../sides/side.js';

/**
 * What the recording's summary says of a sensor's column, by the name that it has in a report. Nothing where the file has other readings
 * than those, and of what the summary does not tell.
 */
export function trackFigures(
  { path, column, value }: Side,
  name: string,
): Partial<Pick<RepairedSummary, 'energy_j' | 'power_w'>> {
  const placed = besideWhich(path);
  const entry = placed?.summary.tracks?.find(({ file }) => file === placed.file);
  const { data: track } = sensorTrackSchema.safeParse(entry);
  if (!track) return {};
  const known = value.reduce((count, each) => count + (Number.isNaN(each) ? 0 : 1), 0);
  if (track.samples !== value.length && track.samples !== known) return {};
  const [energyJ, power] = [track.energy_j[column] ?? null, track.power_w[column]];
  return {
    ...(energyJ !== null && { energy_j: { [name]: energyJ } }),
    ...(power && { power_w: { [name]: power } }),
  };
}
