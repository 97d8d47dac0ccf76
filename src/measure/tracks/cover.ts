/** A stretch of time, µs since the recording began. */
export interface TimeSpan {
  readonly startUs: number;
  readonly endUs: number;
}

/** What spans cover together: apart from each other, in order. */
export function union(spans: readonly TimeSpan[]): TimeSpan[] {
  const apart: TimeSpan[] = [];
  for (const { startUs, endUs } of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const last = apart.at(-1);
    if (last && startUs <= last.endUs)
      apart[apart.length - 1] = { startUs: last.startUs, endUs: Math.max(last.endUs, endUs) };
    else apart.push({ startUs, endUs });
  }
  return apart;
}

/** How long spans are that do not overlap, µs. */
export const totalUs = (apart: readonly TimeSpan[]): number =>
  apart.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
