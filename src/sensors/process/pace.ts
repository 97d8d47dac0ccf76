import { periodOf } from '../period.js';

/*
 * How often a sensor is asked. Its readings say how often they change; about three times as often it is asked, and not at a
 * whole multiple, so that the questions wander through the sensor's own interval instead of locking to it.
 */

interface PaceOptions {
  readonly usualPeriodMs: number;
  readonly shortestMs: number;
  /** What the user fixed; null where it is learned. */
  readonly fixedMs: number | null;
  readonly columns: number;
  /** Columns that change at each question, such as the instant of the answer, which tell nothing of the sensor's pace. */
  readonly ignored?: ReadonlySet<number>;
}

/** Share of the sensor's own interval between two questions. */
const share = 0.382;
/** Where a sensor never changed, ms; and so many times what it began with: beyond, a spacing counts as a gap. */
const longestMs = 250;
const longestTimes = 4.5;
/** Spacings of changes that a period is learned from. */
const spacingsKept = 63;
const fewestSpacings = 8;
/** It is learned anew from so many changes. */
const learnEvery = 8;
/** So many questions without a change, and it is asked less often. */
const patience = 12;
/** Of the time, what a slow sensor may be kept busy with. */
const busyShare = 0.25;
/** Above, nearly each question finds a change: the sensor may change more often. */
const limitedShare = 0.8;

export class Pace {
  /** What it began with. */
  readonly #firstMs: number;
  #intervalMs: number;
  #periodMs: number | undefined;
  readonly #last: Float64Array;
  /** Whether each column had a value at the question before. */
  readonly #isGiven: Uint8Array;
  readonly #changedMs: Float64Array;
  /** Spacings of the changes of each column, ms. */
  readonly #spacings: number[][];
  #unchanged = 0;
  #changes = 0;
  /** Of the latest questions, how many found a change. */
  #changedShare = share;
  #tookMs = 0;

  readonly #options: PaceOptions;

  constructor(options: PaceOptions) {
    this.#options = options;
    const { usualPeriodMs, fixedMs, columns } = options;
    this.#firstMs = fixedMs ?? this.#bounded(usualPeriodMs * share);
    this.#intervalMs = this.#firstMs;
    this.#last = new Float64Array(columns).fill(Number.NaN);
    this.#isGiven = new Uint8Array(columns);
    this.#changedMs = new Float64Array(columns).fill(Number.NaN);
    this.#spacings = Array.from({ length: columns }, () => []);
  }

  /** Between two questions, ms. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Notes what came. @param atMs when it was asked @param tookMs how long the answer took */
  note(values: Float64Array, atMs: number, tookMs: number): void {
    this.#tookMs += (tookMs - this.#tookMs) / 8;
    const changed = this.#look(values, atMs);
    if (this.#options.fixedMs !== null) return;
    this.#changedShare += ((changed ? 1 : 0) - this.#changedShare) / 16;
    this.#unchanged = changed ? 0 : this.#unchanged + 1;
    if (this.#unchanged >= patience) {
      const mostMs = Math.min(longestMs, longestTimes * this.#firstMs);
      this.#intervalMs = this.#bounded(Math.min(1.5 * this.#intervalMs, this.#periodMs ?? mostMs));
      return;
    }
    if (!changed) return;
    if (++this.#changes % learnEvery === 0) this.#learn();
    this.#intervalMs = this.#bounded((this.#periodMs ?? this.#options.usualPeriodMs) * share);
  }

  /** Whether the answers take longer than the interval that is wanted, and so set the pace. */
  get isSlow(): boolean {
    const { fixedMs, usualPeriodMs, shortestMs } = this.#options;
    return this.#tookMs > (fixedMs ?? Math.max(usualPeriodMs, shortestMs));
  }

  #look(values: Float64Array, atMs: number): boolean {
    let changed = false;
    for (let column = 0; column < values.length; column++) {
      const value = values[column]!;
      const wasGiven = this.#isGiven[column] === 1;
      this.#isGiven[column] = Number.isNaN(value) ? 0 : 1;
      if (Number.isNaN(value) || value === this.#last[column] || this.#options.ignored?.has(column)) continue;
      // One that is read seldom has changed each time, which says nothing of when.
      const first = Number.isNaN(this.#last[column]!) || !wasGiven;
      this.#last[column] = value;
      if (!first) {
        const spacings = this.#spacings[column]!;
        const before = this.#changedMs[column]!;
        if (!Number.isNaN(before)) spacings.push(atMs - before);
        if (spacings.length > spacingsKept) spacings.shift();
        changed = true;
      }
      this.#changedMs[column] = first ? Number.NaN : atMs;
    }
    return changed;
  }

  /** The shortest period that any column has, and no other than a shorter one than was known. */
  #learn(): void {
    if (this.#changedShare > limitedShare) {
      this.#periodMs = Math.min(this.#periodMs ?? Number.POSITIVE_INFINITY, this.#intervalMs / share / 2);
      return;
    }
    for (const spacings of this.#spacings)
      if (spacings.length >= fewestSpacings)
        this.#periodMs = Math.min(this.#periodMs ?? Number.POSITIVE_INFINITY, periodOf(spacings));
  }

  #bounded(ms: number): number {
    return Math.max(ms, this.#options.shortestMs, this.#tookMs / busyShare);
  }
}
