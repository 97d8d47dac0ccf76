/** A square wave of load, ms each, and for how long it is played. */
export interface Wave {
  readonly onMs: number;
  readonly offMs: number;
  readonly forMs: number;
}

/** Waves, with rests of so long before, between and behind them. */
export interface Waves {
  readonly waves: readonly Wave[];
  readonly restMs: number;
}

/**
 * Periods from longer than any sensor's window down to shorter than any one updates, with duties that tell power from time. None
 * is a multiple of another, or of the round periods that sensors have, which would look at the same part of it each time. The last
 * is a rare event.
 */
const patterns: readonly (readonly [onMs: number, offMs: number, share: number])[] = [
  [2000, 1900, 4],
  [1600, 530, 2],
  [310, 730, 2],
  [230, 190, 2],
  [170, 60, 1.5],
  [60, 170, 1.5],
  [110, 130, 1.5],
  [57, 46, 1.5],
  [21, 18, 1.5],
  [11, 8, 1],
  [400, 3700, 2.5],
];

/** Of a run, what the rests take. */
const restShare = 0.2;
const longestRestMs = 1500;

/** What fills a run of `durationMs`: a wave that there is no time for twice is left out, but for one. */
export function wavesFor(durationMs: number): Waves {
  const restMs = Math.min(longestRestMs, (restShare * durationMs) / (patterns.length + 1));
  const playedMs = durationMs - (patterns.length + 1) * restMs;
  const shares = patterns.reduce((sum, [, , share]) => sum + share, 0);
  const all = patterns.map(([onMs, offMs, share]) => ({ onMs, offMs, forMs: (playedMs * share) / shares }));
  const whole = all.filter(({ onMs, offMs, forMs }) => forMs >= 2 * (onMs + offMs));
  return { waves: whole.length > 0 ? whole : [{ onMs: 10, offMs: 10, forMs: playedMs }], restMs };
}
