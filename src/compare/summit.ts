/** How far beside the middle one of three equally spaced heights the summit lies, in spacings: that of a parabola through them. */
export function summitShift(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
