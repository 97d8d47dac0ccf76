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

/** What fills a run of `durationMs`. A wave that there is no time for twice is left out, the longest first, but for one. */
export function wavesFor(durationMs: number): Waves {
  let chosen = [...patterns];
  for (;;) {
    const restMs = Math.min(longestRestMs, (restShare * durationMs) / (chosen.length + 1));
    const playedMs = durationMs - (chosen.length + 1) * restMs;
    const shares = chosen.reduce((sum, [, , share]) => sum + share, 0);
    const waves = chosen.map(([onMs, offMs, share]) => ({ onMs, offMs, forMs: (playedMs * share) / shares }));
    const tooLong = waves.filter(({ onMs, offMs, forMs }) => forMs < 2 * (onMs + offMs));
    if (tooLong.length === 0 || chosen.length === 1) return { waves, restMs };
    const longestMs = Math.max(...tooLong.map(({ onMs, offMs }) => onMs + offMs));
    chosen = chosen.filter(([onMs, offMs]) => onMs + offMs !== longestMs);
  }
}
