/** A square wave of load, ms each, and for how long it is played. */
export interface Wave {
  readonly onMs: number;
  readonly offMs: number;
  readonly forMs: number;
}

/** Without load before and between waves, ms: the waves then stand by themselves. */
export const restMs = 1500;

/**
 * Periods from longer than any sensor's window down to shorter than any one updates, with duties that tell power from time. The
 * last is a rare event.
 */
const patterns: readonly (readonly [onMs: number, offMs: number, share: number])[] = [
  [2000, 2000, 4],
  [1500, 500, 2],
  [300, 700, 2],
  [200, 200, 2],
  [150, 50, 1.5],
  [50, 150, 1.5],
  [100, 100, 1.5],
  [50, 50, 1.5],
  [20, 20, 1.5],
  [10, 10, 1],
  [400, 3600, 2.5],
];

/** The waves that fill a run of `durationMs`, rests aside; none is shorter than one of its periods. */
export function wavesFor(durationMs: number): Wave[] {
  const shares = patterns.reduce((sum, [, , share]) => sum + share, 0);
  const playedMs = Math.max(0, durationMs - (patterns.length + 1) * restMs);
  return patterns.map(([onMs, offMs, share]) => ({
    ...{ onMs, offMs },
    forMs: Math.max(onMs + offMs, (playedMs * share) / shares),
  }));
}
