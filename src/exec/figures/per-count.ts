import { perComponent } from '../../trace/cost.js';
import type { SpanCost } from '../../trace/trace.js';
import { tidy } from '../../units.js';
import { partlyMeasured } from './measured-part.js';

/** What each of so many took; null where only a part was recorded, since nobody knows how many of them were in it. */
export function energyPerCount(result: SpanCost, count: number) {
  const { energy_j } = result.cost;
  const isPart = partlyMeasured(result).partly_measured;
  return perComponent(Object.keys(energy_j), (name) => {
    const energyJ = energy_j[name]!;
    return energyJ === null || isPart ? null : tidy(energyJ / count);
  });
}
