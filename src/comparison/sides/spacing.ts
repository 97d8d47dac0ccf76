/** Readings that lie further apart than so many times the usual are not drawn on across. */
export const gapMedians = 10;
/** Of so many spacings, evenly chosen. */
const someSpacings = 20_000;

/** Between two instants, µs. */
export function medianSpacing(timeUs: Float64Array): number {
  const stride = Math.max(1, Math.floor(timeUs.length / someSpacings));
  const spacings: number[] = [];
  for (let n = 1; n < timeUs.length; n += stride) spacings.push(timeUs[n]! - timeUs[n - 1]!);
  return spacings.sort((x, y) => x - y)[spacings.length >> 1] ?? 0;
}
