import { pickReadings, type Readings } from '../model/readings.js';
import { seeded } from './random.js';

/** So many of the readings, in their order: half those that differ most from the one before, half by chance. */
export function chooseReadings(readings: Readings, most: number, seed: number): Readings {
  const { count, valueW } = readings;
  if (count <= most) return readings;
  const changes = Array.from({ length: count }, (_, n) => n).sort(
    (a, b) => change(valueW, b) - change(valueW, a),
  );
  const chosen = new Set(changes.slice(0, most >> 1));
  const random = seeded(seed);
  while (chosen.size < most) chosen.add(Math.floor(random() * count));
  return pickReadings(
    readings,
    [...chosen].sort((a, b) => a - b),
  );
}

const change = (valueW: Float64Array, n: number): number =>
  n === 0 ? 0 : Math.abs(valueW[n]! - valueW[n - 1]!);
