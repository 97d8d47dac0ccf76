import type { Envelope, Envelopes } from './envelope.js';
import type { Extremes } from './range-extremes.js';
import { higher, lower, SeriesBuilder } from './series-builder.js';

/** The finest interval that is ever kept, µs: each sample has one for itself up to 4 kHz. */
const firstIntervalUs = 250;
/** As many take 4 MB a series. */
const mostIntervals = 262_144;

/** A long spacing, and the powers at its ends. */
interface Silence {
  readonly fromUs: number;
  readonly toUs: number;
  readonly beforeMw: Float32Array;
  readonly afterMw: Float32Array;
}

interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
}

/** Spacings that were taken for gaps and may turn out to be none. */
const mostSilences = 10_000;

/**
 * Makes envelopes of samples as they come, in memory that does not grow: whenever the intervals are too many, every two become
 * one. They always begin with the recording.
 */
export class EnvelopeBuilder {
  #intervalUs: number;
  readonly #series: readonly SeriesBuilder[];
  readonly #most: number;
  #samples = 0;
  #firstUs = 0;
  #lastUs = 0;
  readonly #silences: Silence[] = [];

  /**
   * @param series how many
   * @param options `energyInGaps`: whether power is taken to go straight across gaps, or nothing counts there, as of means
   */
  constructor(
    series: number,
    { intervalUs = firstIntervalUs, most = mostIntervals, energyInGaps = true } = {},
  ) {
    this.#intervalUs = intervalUs;
    this.#most = most;
    this.#series = Array.from({ length: series }, () => new SeriesBuilder(most, energyInGaps));
  }

  get intervalUs(): number {
    return this.#intervalUs;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  /**
   * Adds rows `0 … count-1`, in order.
   * @param powersMw by series
   * @param gapLimitUs longer spacings are gaps as far as is known by now
   */
  add(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array | Float32Array)[],
    count: number,
    gapLimitUs: number,
  ): void {
    if (count === 0) return;
    if (this.#samples === 0) this.#firstUs = timeUs[0]!;
    while (timeUs[count - 1]! >= this.#most * this.#intervalUs) {
      for (const each of this.#series) each.halve();
      this.#intervalUs *= 2;
    }
    this.#noteSilences(timeUs, powersMw, count, gapLimitUs);
    this.#series.forEach((each, n) => {
      each.add(timeUs, powersMw[n]!, count, this.#intervalUs, gapLimitUs);
    });
    this.#samples += count;
    this.#lastUs = timeUs[count - 1]!;
  }

  /**
   * What there is by now, on its own memory.
   * @param gapLimitUs as it is known by now
   * @param gaps more stretches in which nothing was measured, whatever their length, µs
   */
  envelopes(gapLimitUs: number, gaps: readonly Stretch[] = []): Envelopes {
    return this.#envelopes(gapLimitUs, gaps, false);
  }

  /** What there is at the end, on the builder's memory: nothing more can be added. Parameters are those of `envelopes`. */
  finish(gapLimitUs: number, gaps: readonly Stretch[] = []): Envelopes {
    return this.#envelopes(gapLimitUs, gaps, true);
  }

  #envelopes(gapLimitUs: number, gaps: readonly Stretch[], isLast: boolean): Envelopes {
    const intervalUs = this.#intervalUs;
    const count = this.#samples === 0 ? 0 : Math.floor(this.#lastUs / intervalUs) + 1;
    const series = this.#series.map((each) => each.intervals(0, count, isLast));
    for (const silence of this.#silences)
      if (silence.toUs - silence.fromUs <= gapLimitUs)
        series.forEach((each, n) => {
          bridge(each, intervalUs, silence, silence.beforeMw[n]!, silence.afterMw[n]!);
        });
    for (const { startUs, endUs } of gaps) {
      const from = Math.max(0, Math.floor(startUs / intervalUs) + 1);
      const behind = Math.min(count, Math.floor(endUs / intervalUs));
      for (const { minMw, maxMw } of from < behind ? series : []) {
        minMw.fill(Number.NaN, from, behind);
        maxMw.fill(Number.NaN, from, behind);
      }
    }
    const reach = { firstUs: this.#firstUs, lastUs: this.#lastUs };
    return { grid: { startUs: 0, intervalUs, count, ...(count > 0 && { reach }) }, series };
  }

  /**
   * By series, the sum over the spacings that are no gaps of (power step × spacing)², mW² µs².
   * @param gapLimitUs as it is known by now
   */
  stepSquares(gapLimitUs: number): number[] {
    return this.#series.map(({ stepSquares }, n) =>
      this.#silences.reduce((sum, { fromUs, toUs, beforeMw, afterMw }) => {
        const lengthUs = toUs - fromUs;
        return lengthUs > gapLimitUs ? sum : sum + ((afterMw[n]! - beforeMw[n]!) * lengthUs) ** 2;
      }, stepSquares),
    );
  }

  /**
   * A stretch of what there is by now, in intervals of about the length that is wanted, or the finest, on its own memory.
   * @param gapLimitUs as it is known by now
   */
  part(fromUs: number, toUs: number, wantedUs: number, gapLimitUs: number): Envelopes {
    const most = this.#samples === 0 ? 0 : Math.floor(this.#lastUs / this.#intervalUs) + 1;
    const factor = Math.max(1, Math.floor(wantedUs / this.#intervalUs));
    const intervalUs = factor * this.#intervalUs;
    const first = Math.min(Math.max(0, Math.floor(fromUs / intervalUs) * factor), most);
    const behind = Math.max(Math.min(Math.ceil(toUs / intervalUs) * factor, most), first);
    const startUs = first * this.#intervalUs;
    const series = this.#series.map((each) => each.part(first, behind, factor));
    for (const { fromUs: us, toUs: endUs, beforeMw, afterMw } of this.#silences)
      if (endUs - us <= gapLimitUs && endUs > startUs && us < behind * this.#intervalUs)
        series.forEach((each, n) => {
          const shifted = { fromUs: us - startUs, toUs: endUs - startUs };
          bridge(each, intervalUs, shifted, beforeMw[n]!, afterMw[n]!);
        });
    const count = Math.ceil((behind - first) / factor);
    const reach = { firstUs: this.#firstUs, lastUs: this.#lastUs };
    return { grid: { startUs, intervalUs, count, ...(count > 0 && { reach }) }, series };
  }

  /**
   * Extremes of a series in the intervals that two instants touch, of what there is by now; NaN where nothing was measured.
   * @param gapLimitUs as it is known by now
   */
  extremes(series: number, fromUs: number, toUs: number, gapLimitUs: number): Extremes {
    const first = Math.max(0, Math.floor(fromUs / this.#intervalUs));
    const behind = Math.max(first + 1, Math.ceil(toUs / this.#intervalUs));
    let { minMw, maxMw } = this.#series[series]!.extremes(first, behind);
    const [startUs, endUs] = [first * this.#intervalUs, behind * this.#intervalUs];
    for (const silence of this.#silences) {
      if (silence.toUs - silence.fromUs > gapLimitUs) continue;
      const [leftUs, rightUs] = [Math.max(silence.fromUs, startUs), Math.min(silence.toUs, endUs)];
      if (leftUs > rightUs) continue;
      for (const us of [leftUs, rightUs]) {
        const mw = powerAt(silence, silence.beforeMw[series]!, silence.afterMw[series]!, us);
        minMw = lower(mw, minMw);
        maxMw = higher(mw, maxMw);
      }
    }
    return { minMw, maxMw };
  }

  /** Energy of a series from the first sample up to an instant, J. */
  energyUpToJ(series: number, us: number): number {
    return this.#series[series]!.energyUpToJ(us, this.#intervalUs);
  }

  #noteSilences(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array | Float32Array)[],
    count: number,
    gapLimitUs: number,
  ): void {
    let before = this.#samples === 0 ? timeUs[0]! : this.#lastUs;
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      if (us - before > gapLimitUs && this.#silences.length < mostSilences)
        this.#silences.push({
          fromUs: before,
          toUs: us,
          beforeMw: Float32Array.from(powersMw, (column, n) =>
            row > 0 ? column[row - 1]! : this.#series[n]!.lastMw,
          ),
          afterMw: Float32Array.from(powersMw, (column) => column[row]!),
        });
      before = us;
    }
  }
}

/** Takes the line across a spacing that is no gap after all into the extremes. */
function bridge(
  { minMw, maxMw }: Envelope,
  intervalUs: number,
  silence: Pick<Silence, 'fromUs' | 'toUs'>,
  beforeMw: number,
  afterMw: number,
): void {
  const { fromUs, toUs } = silence;
  const first = Math.max(0, Math.floor(fromUs / intervalUs));
  const last = Math.min(Math.floor(toUs / intervalUs), minMw.length - 1);
  for (let n = first; n <= last; n++)
    for (const us of [Math.max(fromUs, n * intervalUs), Math.min(toUs, (n + 1) * intervalUs)]) {
      const mw = powerAt(silence, beforeMw, afterMw, us);
      minMw[n] = lower(mw, minMw[n]!);
      maxMw[n] = higher(mw, maxMw[n]!);
    }
}

/** On the line across a silence; at its end exactly what was measured there. */
const powerAt = (
  { fromUs, toUs }: Pick<Silence, 'fromUs' | 'toUs'>,
  beforeMw: number,
  afterMw: number,
  us: number,
): number => (us === toUs ? afterMw : beforeMw + ((afterMw - beforeMw) / (toUs - fromUs)) * (us - fromUs));
