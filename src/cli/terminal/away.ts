/** A track this far behind is away, and so are its watts, µs; more where its samples are far apart. */
const behindUs = 2e6;
const spacingsBehind = 3;

/**
 * Whether a board has said nothing for so long that what it drew last is not what it draws.
 * @param lastUs its last sample; null before the first
 */
export function isAway(samples: number, lastUs: number | null, nowUs: number): boolean {
  const spacingUs = (lastUs ?? 0) / Math.max(samples, 1);
  return nowUs - (lastUs ?? 0) > Math.max(behindUs, spacingsBehind * spacingUs);
}
