/** So long, and so many arrivals, it listens behind a jump of the stamps: one of them was in time. */
const judgingNs = 0.3e9;
export const judgingArrivals = 16;
/** However many stretches follow one another, none is held for longer. */
export const longestJudgingNs = 2e9;

/** Frames without a jump between them: whatever is wrong with the turns of the counter is wrong for all of them alike. */
export interface Stretch {
  /** Among the frames held. */
  readonly first: number;
  /** Of the first arrival, ns; NaN before. */
  openedNs: number;
  arrivals: number;
  /** The least that an arrival was late by, ns, as if no turn of the counter were missing; and that arrival. */
  leastNs: number;
  leastDeviceNs: number;
  leastAtNs: number;
}

export const newStretch = (first: number): Stretch => ({
  first,
  openedNs: Number.NaN,
  arrivals: 0,
  leastNs: Number.POSITIVE_INFINITY,
  leastDeviceNs: 0,
  leastAtNs: 0,
});

/** An arrival of a frame of it, and what that was late by. */
export function weigh(stretch: Stretch, excessNs: number, deviceNs: number, atNs: number): void {
  if (Number.isNaN(stretch.openedNs)) stretch.openedNs = atNs;
  if (excessNs >= stretch.leastNs) return;
  stretch.leastNs = excessNs;
  stretch.leastDeviceNs = deviceNs;
  stretch.leastAtNs = atNs;
}

/** Whether enough has arrived to say where it belongs. */
export function isJudged({ openedNs, arrivals }: Stretch, atNs: number): boolean {
  const ns = atNs - openedNs;
  return ns >= judgingNs && arrivals >= judgingArrivals;
}
