import type { Stamp } from '../../board/streaming.js';
import { DeviceClock } from './device-clock.js';
import { Held } from './held.js';
import { isJudged, judgingArrivals, longestJudgingNs, newStretch, type Stretch, weigh } from './stretch.js';
import type { Listening, Times } from './times.js';

/** So long, and so many arrivals, it listens first: how fast the instrument's clock runs is not known before. */
const learningNs = 1e9;
const learningArrivals = 120;
/** Where fewer come, this must do. */
const longestLearningNs = 3e9;
/** What an arrival may be early by, and still be of this turn of the counter, as a share of the turn. */
const earliness = 0.3;
/** Spacings further from the usual one, as a share of it, are jumps. */
const jump = 0.5;
/** The usual spacing follows each new one by so much. */
const spacingWeight = 1 / 1024;

/**
 * Gives frames their instants. Their stamps count on a clock of the instrument's own, and begin again all the time; the host's clock
 * says which turn of the counter it is, the stamp says where in it, and `DeviceClock` what that is here. A jump of the
 * stamps leaves open how many turns went by unseen. So what is behind one is held back until arrivals have told: the soonest of them
 * can't have come before it was sent.
 */
export class Timeline implements Times {
  readonly #held: Held;
  #clock: DeviceClock | undefined;
  /** Arrivals while it is learning: their instants, and how many frames were held then. */
  #arrivals: { readonly held: number; readonly atNs: number }[] = [];
  /** Not empty while frames are held. The one at `#reference` is where it should be. */
  #stretches: Stretch[] = [];
  #reference = -1;
  /** How many frames have their place on the instrument's clock. */
  #placed = 0;
  #lastStamp = -1;
  #deviceNs = 0;
  #spacingNs = 0;
  /** Of the last frame handed on. */
  #lastNs = Number.NaN;
  /** The least lateness lately, and since when: late by a whole turn for so long is a jump that no stamp showed. */
  #leastNs = Number.POSITIVE_INFINITY;
  #leastSinceNs = 0;
  #leastArrivals = 0;
  #jumped = false;

  readonly #stamp: Stamp;
  readonly #averagedShare: number;
  readonly #startNs: number;
  readonly #listening: Listening;

  /** @param startNs When the instrument was told to begin */
  constructor(
    frameBytes: number,
    stamp: Stamp,
    averagedShare: number,
    startNs: number,
    listening: Listening,
  ) {
    this.#stamp = stamp;
    this.#averagedShare = averagedShare;
    this.#startNs = startNs;
    this.#listening = listening;
    this.#held = new Held(frameBytes);
  }

  get rateErrorPpm(): number | null {
    return this.#clock?.rateErrorPpm ?? null;
  }

  take(bytes: Uint8Array, at: number, stamp: number, dropped: number): void {
    if (this.#held.isFull) this.settle();
    this.#held.push(bytes, at, stamp, dropped);
    if (this.#clock) this.#place();
  }

  arrived(atNs: number): void {
    const clock = this.#clock;
    if (!clock) {
      if (this.#held.count > 0) this.#arrivals.push({ held: this.#held.count, atNs });
      if (this.#hasListenedLong(atNs)) this.#learn();
      return;
    }
    const stretch = this.#stretches.at(-1);
    if (stretch) {
      stretch.arrivals++;
      weigh(stretch, clock.excessNs(this.#deviceNs, atNs), this.#deviceNs, atNs);
      // One that began and ended within a single read has no arrival of its own.
      for (const each of this.#stretches) if (Number.isNaN(each.openedNs)) each.openedNs = atNs;
      const heldNs = atNs - this.#stretches[0]!.openedNs;
      if (isJudged(stretch, atNs) || heldNs >= longestJudgingNs) this.#resolve();
      return;
    }
    if (this.#held.count === 0) return;
    this.#handOn(0, this.#held.count, 0);
    this.#held.clear();
    this.#placed = 0;
    clock.arrived(this.#deviceNs, atNs);
    this.#suspect(clock.excessNs(this.#deviceNs, atNs), atNs);
  }

  settle(): void {
    if (!this.#clock && this.#held.count > 0) this.#learn();
    if (this.#stretches.length > 0) this.#resolve();
    else this.#handOn(0, this.#held.count, 0);
    this.#held.clear();
    this.#placed = 0;
  }

  #hasListenedLong(atNs: number): boolean {
    const first = this.#arrivals[0];
    if (!first) return false;
    const ns = atNs - first.atNs;
    return (ns >= learningNs && this.#arrivals.length >= learningArrivals) || ns >= longestLearningNs;
  }

  /** Puts the frames that are new on the instrument's clock. */
  #place(): void {
    const { unitNs, modulo } = this.#stamp;
    for (; this.#placed < this.#held.count; this.#placed++) {
      const stamp = this.#held.stamps[this.#placed]!;
      const ns = ((stamp - this.#lastStamp + modulo) % modulo) * unitNs;
      const dropped = this.#held.dropped[this.#placed]!;
      this.#deviceNs += ns;
      this.#lastStamp = stamp;
      this.#held.deviceNs[this.#placed] = this.#deviceNs;
      if (dropped === 0 && !this.#jumped && Math.abs(ns - this.#spacingNs) < jump * this.#spacingNs)
        this.#spacingNs += (ns - this.#spacingNs) * spacingWeight;
      else this.#begin();
    }
  }

  /** A stretch begins with the frame that is being placed. */
  #begin(): void {
    this.#jumped = false;
    if (this.#stretches.length === 0 && this.#placed > 0 && this.#clock) {
      this.#handOn(0, this.#placed, 0);
      this.#held.dropFirst(this.#placed);
      this.#placed = 0;
    }
    this.#stretches.push(newStretch(this.#placed));
  }

  /** How far apart frames are, how fast the instrument's clock runs, and then where all of them belong. */
  #learn(): void {
    const { stamps, count } = this.#held;
    const { unitNs, modulo } = this.#stamp;
    const spacings = new Float64Array(Math.max(1, count - 1));
    for (let n = 1; n < count; n++)
      spacings[n - 1] = ((stamps[n]! - stamps[n - 1]! + modulo) % modulo) * unitNs;
    this.#spacingNs = spacings.sort()[spacings.length >> 1]!;
    this.#lastStamp = stamps[0]!;
    this.#place();
    const arrivals = this.#arrivals.map(({ held, atNs }) => ({
      atNs,
      deviceNs: this.#held.deviceNs[held - 1]!,
      stretch: this.#stretches.findLastIndex(({ first }) => first < held),
    }));
    this.#arrivals = [];
    for (const { stretch } of arrivals) this.#stretches[stretch]!.arrivals++;
    this.#reference = 0;
    for (const [n, { arrivals: own }] of this.#stretches.entries())
      if (own > this.#stretches[this.#reference]!.arrivals) this.#reference = n;
    const sure = arrivals.filter(({ stretch }) => stretch === this.#reference);
    const xs = Float64Array.from(sure, ({ deviceNs }) => deviceNs);
    const ys = Float64Array.from(sure, ({ deviceNs, atNs }) => atNs - deviceNs);
    this.#clock = new DeviceClock(xs, ys);
    for (const { deviceNs, atNs } of sure) this.#clock.arrived(deviceNs, atNs);
    for (const { stretch, deviceNs, atNs } of arrivals)
      weigh(this.#stretches[stretch]!, this.#clock.excessNs(deviceNs, atNs), deviceNs, atNs);
    const last = this.#stretches.at(-1)!;
    if (this.#reference === this.#stretches.length - 1 || last.arrivals >= judgingArrivals) this.#resolve();
  }

  /** Says of each stretch how many turns of the counter it is off, and hands all on. */
  #resolve(): void {
    const clock = this.#clock!;
    const turnNs = this.#stamp.modulo * this.#stamp.unitNs;
    const turns = this.#stretches.map(() => 0);
    let most = Number.POSITIVE_INFINITY;
    for (let n = this.#stretches.length - 1; n >= 0; n--) {
      const late = Math.floor(this.#stretches[n]!.leastNs / clock.spanNs(turnNs) + earliness);
      // Later stretches begin no earlier, and none lies before the one that is where it should be.
      const found = Math.min(late, most);
      if (n === this.#reference) most = 0;
      else most = n > this.#reference ? Math.max(0, found) : found;
      turns[n] = Number.isFinite(most) ? most : 0;
    }
    // Where the first has no arrival of its own, it begins when it was told to begin.
    if (this.#stretches[0]!.arrivals === 0 && Number.isNaN(this.#lastNs)) {
      const earlyNs = this.#startNs - clock.hostNs(this.#held.deviceNs[0]!);
      turns[0] = Math.min(turns[0]!, Math.ceil(earlyNs / clock.spanNs(turnNs)));
    }
    // Where nothing arrived any more, it is at least as much as before.
    for (let n = 1; n < turns.length; n++)
      if (this.#stretches[n]!.arrivals === 0) turns[n] = Math.max(turns[n]!, turns[n - 1]!);
    this.#stretches.forEach(({ first, arrivals, leastDeviceNs, leastAtNs }, n) => {
      const end = this.#stretches[n + 1]?.first ?? this.#held.count;
      const byNs = turns[n]! * turnNs;
      this.#handOn(first, end, byNs, true);
      if (n > this.#reference && arrivals > 0) clock.arrived(leastDeviceNs + byNs, leastAtNs);
    });
    this.#deviceNs += (turns.at(-1) ?? 0) * turnNs;
    this.#stretches = [];
    this.#reference = -1;
    this.#held.clear();
    this.#placed = 0;
    this.#leastNs = Number.POSITIVE_INFINITY;
    this.#leastArrivals = 0;
  }

  /** Hands held frames on. @param jumped Whether something may be missing in front of the first */
  #handOn(from: number, to: number, byNs: number, jumped = false): void {
    const clock = this.#clock;
    if (!clock || to <= from) return;
    const { frameBytes, frames, deviceNs, dropped } = this.#held;
    const spacingNs = clock.spanNs(this.#spacingNs);
    const boundNs = clock.boundNs(deviceNs[to - 1]! + byNs) + this.#stamp.unitNs;
    const beforeNs = boundNs + this.#averagedShare * spacingNs;
    if (jumped && !Number.isNaN(this.#lastNs)) {
      const startNs = this.#lastNs;
      const endNs = clock.hostNs(deviceNs[from]! + byNs);
      const missing = Math.max(0, Math.round((endNs - startNs) / spacingNs) - 1);
      if (missing > 0 || dropped[from]! > 0) this.#listening.lost(startNs, endNs, missing, dropped[from]!);
    }
    for (let n = from; n < to; n++) {
      const atNs = clock.hostNs(deviceNs[n]! + byNs);
      this.#listening.frame(frames, n * frameBytes, Math.round(atNs - beforeNs), Math.round(atNs + boundNs));
      this.#lastNs = atNs;
    }
  }

  /** A loss of whole turns shows in no stamp, only in that everything is late from then on. */
  #suspect(excessNs: number, atNs: number): void {
    if (this.#leastArrivals++ === 0) this.#leastSinceNs = atNs;
    this.#leastNs = Math.min(this.#leastNs, excessNs);
    if (atNs - this.#leastSinceNs < learningNs || this.#leastArrivals < learningArrivals) return;
    const turnNs = this.#clock!.spanNs(this.#stamp.modulo * this.#stamp.unitNs);
    this.#jumped = this.#leastNs > (1 - earliness) * turnNs;
    this.#leastNs = Number.POSITIVE_INFINITY;
    this.#leastArrivals = 0;
  }
}
