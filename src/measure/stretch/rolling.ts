import type { Powers, Span } from '../../measure/stretch/powers.js';

const mwUsPerJ = 1e9;

/**
 * Mean power over `windowUs` around the middle of each column, of what was measured in it; NaN where the middle lies in a gap or
 * outside of the recording.
 * @param gaps in order
 * @param reach from the first to the last sample
 */
export function fillRollingMeans(
  powers: Pick<Powers, 'energyUpToJ'>,
  gaps: readonly Span[],
  reach: Span,
  { fromUs, toUs, windowUs }: { fromUs: number; toUs: number; windowUs: number },
  into: Float32Array,
): void {
  const columnUs = (toUs - fromUs) / into.length;
  const half = Math.max(windowUs, columnUs) / 2;
  let nextGap = 0;
  for (let column = 0; column < into.length; column++) {
    const middleUs = fromUs + (column + 0.5) * columnUs;
    const startUs = Math.max(middleUs - half, reach.startUs);
    const endUs = Math.min(middleUs + half, reach.endUs);
    let measuredUs = endUs - startUs;
    if (middleUs < reach.startUs || middleUs > reach.endUs || measuredUs <= 0) {
      into[column] = Number.NaN;
      continue;
    }
    let energyJ = powers.energyUpToJ(endUs) - powers.energyUpToJ(startUs);
    let isInGap = false;
    while (nextGap < gaps.length && gaps[nextGap]!.endUs <= startUs) nextGap++;
    for (let n = nextGap; n < gaps.length && gaps[n]!.startUs < endUs; n++) {
      const gap = gaps[n]!;
      const [gapStartUs, gapEndUs] = [Math.max(gap.startUs, startUs), Math.min(gap.endUs, endUs)];
      if (gap.startUs < middleUs && middleUs < gap.endUs) isInGap = true;
      energyJ -= powers.energyUpToJ(gapEndUs) - powers.energyUpToJ(gapStartUs);
      measuredUs -= gapEndUs - gapStartUs;
    }
    into[column] = isInGap || measuredUs <= 0 ? Number.NaN : (energyJ * mwUsPerJ) / measuredUs;
  }
}
