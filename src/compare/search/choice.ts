import { changesOf, pickReadings, type Readings } from '../model/readings.js';
import { seeded } from './random.js';

/**
 * So many of the readings, in their order: half those that differ most from the one before, half by chance.
 * @param expectedW what is known of the readings without their noise, by which they would be chosen otherwise
 */
export function chooseReadings(
  readings: Readings,
  most: number,
  seed: number,
  expectedW: Float64Array = readings.valueW,
): Readings {
  const { count } = readings;
  if (count <= most) return readings;
  const changes = changesOf(expectedW);
  const limit = changes.slice().sort()[count - (most >> 1)]!;
  const chosen = new Set<number>();
  for (let n = 0; n < count && chosen.size < most >> 1; n++) if (changes[n]! >= limit) chosen.add(n);
  const random = seeded(seed);
  while (chosen.size < most) chosen.add(Math.floor(random() * count));
  return pickReadings(
    readings,
    [...chosen].sort((a, b) => a - b),
  );
}
