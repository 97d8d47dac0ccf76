/** A drop to nearly 0 of a counter of which nobody says where it goes round: 32 bits of µJ, or of 2^-14 J as in Intel's registers. */
const usualWrapsJ = [2 ** 32 / 1e6, 2 ** 32 / 2 ** 14] as const;
/** A counter may be unseen for so long that it goes round; below this power, W, that is never thought of. */
const leastLimitW = 1000;
/** How much more than it ever was the power may be. */
const headroom = 3;

/** What became of one reading of a counter. */
interface Counted {
  /** Since the first reading, or since the counter began again, J. */
  readonly energyJ: number;
  /** The mean between this change and the one before, W; NaN where it did not change, or what lies between is not known. */
  readonly powerW: number;
  /** It began again, or may have gone round more than once: what it counted meanwhile is not known. */
  readonly lost: boolean;
}

interface Change {
  readonly energyJ: number;
  readonly atNs: number;
}

/** What a counter has come to: enough to count on from there in another process. Instants are ns since the recording began. */
export interface CounterState {
  readonly last: { readonly rawJ: number; readonly atNs: number };
  readonly energyJ: number;
  readonly changed: Change | undefined;
  readonly smallestW: number;
  readonly largestW: number;
}

/**
 * Counts on over a counter's wraps. It is power only from one true change to the next: a reading that repeats the last one says
 * nothing of the time between.
 */
export class Counter {
  #last: { readonly rawJ: number; readonly atNs: number } | undefined;
  #energyJ = 0;
  /** The latest true change. */
  #changed: Change | undefined;
  #smallestW = Number.POSITIVE_INFINITY;
  #largestW = 0;

  readonly #wrapJ: number | null;

  /**
   * @param wrapJ after how many joules it begins again; null where nobody says
   * @param state where it goes on from
   */
  constructor(wrapJ: number | null, state?: CounterState) {
    this.#wrapJ = wrapJ;
    if (!state) return;
    this.#last = state.last;
    this.#energyJ = state.energyJ;
    this.#changed = state.changed;
    this.#smallestW = state.smallestW;
    this.#largestW = state.largestW;
  }

  /** Undefined before its first reading. */
  get state(): CounterState | undefined {
    return (
      this.#last && {
        ...{ last: this.#last, energyJ: this.#energyJ, changed: this.#changed },
        ...{ smallestW: this.#smallestW, largestW: this.#largestW },
      }
    );
  }

  take(rawJ: number, atNs: number): Counted {
    const last = this.#last;
    this.#last = { rawJ, atNs };
    if (!last) return { energyJ: 0, powerW: Number.NaN, lost: false };
    if (rawJ === last.rawJ && !this.#mayHaveGoneRound((atNs - last.atNs) / 1e9))
      return { energyJ: this.#energyJ, powerW: Number.NaN, lost: false };
    const addedJ = this.#between(last.rawJ, rawJ, (atNs - last.atNs) / 1e9);
    if (addedJ === null) {
      this.#energyJ = 0;
      this.#changed = { energyJ: 0, atNs };
      return { energyJ: 0, powerW: Number.NaN, lost: true };
    }
    this.#energyJ += addedJ;
    const before = this.#changed;
    this.#changed = { energyJ: this.#energyJ, atNs };
    // Between the first reading and the first change lies a part of an interval; between two lines of one piece of output, no time.
    if (!before || atNs <= before.atNs) return { energyJ: this.#energyJ, powerW: Number.NaN, lost: false };
    const powerW = (this.#energyJ - before.energyJ) / ((atNs - before.atNs) / 1e9);
    this.#smallestW = Math.min(this.#smallestW, powerW);
    this.#largestW = Math.max(this.#largestW, powerW);
    return { energyJ: this.#energyJ, powerW, lost: false };
  }

  /** What was counted between two readings, J; null where that cannot be told. */
  #between(fromJ: number, toJ: number, seconds: number): number | null {
    const stepJ = toJ - fromJ;
    if (this.#wrapJ === null) return stepJ >= 0 ? stepJ : this.#usualWrap(stepJ, fromJ, seconds);
    if (this.#wrapJ === Number.POSITIVE_INFINITY) return stepJ >= 0 ? stepJ : null;
    const leastJ = stepJ >= 0 ? stepJ : stepJ + this.#wrapJ;
    if (leastJ < 0) return null;
    if (!this.#mayHaveGoneRound(seconds)) return leastJ;
    return this.#manyWraps(leastJ, this.#wrapJ, seconds);
  }

  /** Not unless it was unseen for as long as it may take to go round once. */
  #mayHaveGoneRound(seconds: number): boolean {
    if (this.#wrapJ === null) return false;
    return this.#limitW * seconds >= this.#wrapJ;
  }

  get #limitW(): number {
    return Math.max(leastLimitW, headroom * this.#largestW);
  }

  /** The only number of wraps that goes with all powers that there were before; null where there are several. */
  #manyWraps(leastJ: number, wrapJ: number, seconds: number): number | null {
    if (this.#largestW === 0) return null;
    const times = (powerW: number) => Math.max(0, Math.round((powerW * seconds - leastJ) / wrapJ));
    const few = times(this.#smallestW);
    return few === times(this.#largestW) ? leastJ + few * wrapJ : null;
  }

  #usualWrap(stepJ: number, fromJ: number, seconds: number): number | null {
    const limitJ = Math.max(headroom * this.#largestW, 10) * Math.max(seconds, 1e-3);
    for (const wrapJ of usualWrapsJ) if (fromJ < wrapJ && stepJ + wrapJ <= limitJ) return stepJ + wrapJ;
    return null;
  }
}
