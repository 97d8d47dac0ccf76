import type { TimeSpan } from '../tracks/cover.js';
import type { Powers } from './powers.js';

const mwUsPerJ = 1e9;

/**
 * Mean power over `windowUs` around the middle of each column, or over the column where that is longer; shorter where a gap or an end of
 * the recording lies in it, so that nothing is taken from beyond. NaN where the middle lies in a gap or outside of the recording.
 * @param gaps in order
 * @param reach from the first to the last sample
 */
export function fillRollingMeans(
  powers: Pick<Powers, 'energyUpToJ'>,
  gaps: readonly TimeSpan[],
  reach: TimeSpan,
  { fromUs, toUs, windowUs }: { fromUs: number; toUs: number; windowUs: number },
  into: Float32Array,
): void {
  const columnUs = (toUs - fromUs) / into.length;
  const half = Math.max(windowUs, columnUs) / 2;
  /** The first gap that does not end before the column. */
  let next = 0;
  for (let column = 0; column < into.length; column++) {
    const middleUs = fromUs + (column + 0.5) * columnUs;
    while (next < gaps.length && gaps[next]!.endUs <= middleUs) next++;
    const startUs = Math.max(middleUs - half, reach.startUs, gaps[next - 1]?.endUs ?? reach.startUs);
    const endUs = Math.min(middleUs + half, reach.endUs, gaps[next]?.startUs ?? reach.endUs);
    const isMeasured = startUs <= middleUs && middleUs <= endUs && endUs > startUs;
    into[column] = isMeasured
      ? ((powers.energyUpToJ(endUs) - powers.energyUpToJ(startUs)) * mwUsPerJ) / (endUs - startUs)
      : Number.NaN;
  }
}
