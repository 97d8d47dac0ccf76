import { formatSi } from '../../units.js';
import { meanPower } from './magnitude.js';
import { nameOf } from './open-side.js';
import { summaryOf } from './recording-facts.js';
import type { Side } from './side.js';

/**
 * Of readings that do not say what they are the power of, the component of a recording whose mean comes nearest to theirs; null where
 * the recording's summary tells no means, or the readings' unit is not known.
 */
export function nearestComponent(
  path: string,
  readings: Side,
): { readonly component: string; readonly guess: string } | null {
  const placed = path === '-' ? null : summaryOf(path);
  if (!placed || readings.unit === null) return null;
  const own = meanPower(readings);
  const means = Object.entries(placed.summary.power_w).flatMap(([name, { mean }]) =>
    mean !== null && mean > 0 && own > 0 ? [{ name, mean, apart: Math.abs(Math.log(own / mean)) }] : [],
  );
  const [nearest] = means.sort((a, b) => a.apart - b.apart);
  if (!nearest) return null;
  return {
    component: nearest.name,
    guess: `${nameOf(readings.path)} does not say what it is the power of: its about ${formatSi(own, 'W', 3)} come nearest to ${nearest.name} (${formatSi(nearest.mean, 'W', 3)}), which it is held against; --column-a names another`,
  };
}
