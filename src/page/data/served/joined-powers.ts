import { higher, lower } from '../../../draw/series-builder.js';
import type { MeasurablePowers } from '../../../measure/stretch/powers.js';

/** One power of a recording under way, of which all energies count from its begin: up to an instant from one piece, then from another. */
export function joinedPowers(
  early: MeasurablePowers,
  late: MeasurablePowers,
  atUs: number,
): MeasurablePowers {
  const energyUpToJ = (us: number): number => (us < atUs ? early : late).energyUpToJ(us);
  return {
    energyUpToJ,
    extremes: (fromUs, toUs) => {
      if (toUs <= atUs) return early.extremes(fromUs, toUs);
      if (fromUs >= atUs) return late.extremes(fromUs, toUs);
      const [before, behind] = [early.extremes(fromUs, atUs), late.extremes(atUs, toUs)];
      return {
        minMw: lower(before.minMw, behind.minMw),
        maxMw: higher(before.maxMw, behind.maxMw),
      };
    },
    stretch: (fromUs, toUs) => {
      if (toUs <= atUs) return early.stretch(fromUs, toUs);
      if (fromUs >= atUs) return late.stretch(fromUs, toUs);
      const [before, behind] = [early.stretch(fromUs, atUs), late.stretch(atUs, toUs)];
      return {
        energyJ: energyUpToJ(toUs) - energyUpToJ(fromUs),
        minMw: lower(before.minMw, behind.minMw),
        maxMw: higher(before.maxMw, behind.maxMw),
        // Where the two meet nothing is cut: it counts for either.
        cutsJ: before.cutsJ + behind.cutsJ,
        samplingJ: null,
        start: before.start,
        end: behind.end,
      };
    },
  };
}
