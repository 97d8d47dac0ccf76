import { Cover, type TimeSpan } from '../../measure/tracks/cover.js';
import type { ReferenceTrace } from '../comparison.js';

export const wattsPerMw = 1e-3;
/** A window of which more than this share was not measured has no mean. */
const silentShareMax = 0.1;

/** The reference's energy up to any instant, from one sum over its samples: a mean over any window costs two look-ups. */
export class PowerIntegral {
  readonly startUs: number;
  readonly endUs: number;
  /** A longer spacing says nothing of the power in it, µs. */
  readonly gapLimitUs: number;
  /** All such spacings. */
  readonly silent: Cover;
  /** Mean over time of (step · spacing)², W² µs: what the samples leave open of where a power changed. */
  readonly stepSquares: number;
  readonly timeUs: Float64Array;
  readonly powerMw: ReferenceTrace['powerMw'];
  /** µJ up to each sample, by trapezoids. */
  readonly #sumUj: Float64Array;
  /** The last sample at or before the start of each bucket of time. */
  readonly #index: Int32Array;
  readonly #bucketsPerUs: number;

  /** @throws RangeError with fewer than two samples */
  constructor({ timeUs, powerMw, gapLimitUs }: ReferenceTrace) {
    const count = timeUs.length;
    if (count < 2) throw new RangeError('a reference needs two samples');
    this.timeUs = timeUs;
    this.powerMw = powerMw;
    this.startUs = timeUs[0]!;
    this.endUs = timeUs[count - 1]!;
    this.gapLimitUs = gapLimitUs;
    const sumUj = new Float64Array(count);
    const silences: TimeSpan[] = [];
    let squares = 0;
    for (let n = 1; n < count; n++) {
      const spacingUs = timeUs[n]! - timeUs[n - 1]!;
      sumUj[n] = sumUj[n - 1]! + ((powerMw[n - 1]! + powerMw[n]!) / 2) * wattsPerMw * spacingUs;
      if (spacingUs > gapLimitUs) silences.push({ startUs: timeUs[n - 1]!, endUs: timeUs[n]! });
      else squares += ((powerMw[n]! - powerMw[n - 1]!) * wattsPerMw * spacingUs) ** 2;
    }
    this.silent = new Cover(silences);
    this.stepSquares = squares / Math.max(this.endUs - this.startUs, 1);
    this.#sumUj = sumUj;
    // As many buckets as samples: the sample is found with hardly a step.
    const buckets = count;
    this.#bucketsPerUs = buckets / Math.max(this.endUs - this.startUs, 1);
    this.#index = new Int32Array(buckets + 1);
    let sample = 0;
    for (let bucket = 0; bucket <= buckets; bucket++) {
      const bucketUs = this.startUs + bucket / this.#bucketsPerUs;
      while (sample < count - 2 && timeUs[sample + 1]! <= bucketUs) sample++;
      this.#index[bucket] = sample;
    }
  }

  /** The sample at or before an instant; the last but one at most. */
  sampleAt(us: number): number {
    const last = this.#index.length - 1;
    const bucket = Math.max(0, Math.min(last, Math.floor((us - this.startUs) * this.#bucketsPerUs)));
    let low = this.#index[bucket]!;
    let high = this.#index[Math.min(bucket + 1, last)]!;
    while (high - low > 8) {
      const middle = (low + high) >> 1;
      if (this.timeUs[middle]! <= us) low = middle;
      else high = middle;
    }
    const end = this.timeUs.length - 2;
    while (low < end && this.timeUs[low + 1]! <= us) low++;
    while (low > 0 && this.timeUs[low]! > us) low--;
    return low;
  }

  /** W, on the straight line between samples. */
  powerW(us: number): number {
    const n = this.sampleAt(us);
    const spacingUs = this.timeUs[n + 1]! - this.timeUs[n]!;
    const share = spacingUs > 0 ? Math.max(0, Math.min(1, (us - this.timeUs[n]!) / spacingUs)) : 0;
    return (this.powerMw[n]! + (this.powerMw[n + 1]! - this.powerMw[n]!) * share) * wattsPerMw;
  }

  /** µJ from the first sample to an instant between the first and the last. */
  energyUj(us: number): number {
    const n = this.sampleAt(us);
    const pastUs = us - this.timeUs[n]!;
    const spacingUs = this.timeUs[n + 1]! - this.timeUs[n]!;
    const from = this.powerMw[n]!;
    const slope = spacingUs > 0 ? (this.powerMw[n + 1]! - from) / spacingUs : 0;
    return this.#sumUj[n]! + pastUs * (from + (slope * pastUs) / 2) * wattsPerMw;
  }

  /** µJ from the first sample to another. */
  sampleEnergyUj(n: number): number {
    return this.#sumUj[n]!;
  }

  /** Whether a window was measured, up to a small part of it. */
  covers(fromUs: number, toUs: number): boolean {
    if (!(fromUs >= this.startUs && toUs <= this.endUs)) return false;
    if (this.silent.isEmpty) return true;
    const silentUs = this.silent.within(fromUs, toUs);
    return silentUs <= silentShareMax * (toUs - fromUs) && !this.silent.holds((fromUs + toUs) / 2);
  }

  /** Mean power over a window, W; NaN where it was not measured. */
  meanW(fromUs: number, toUs: number): number {
    if (!this.covers(fromUs, toUs)) return Number.NaN;
    if (toUs - fromUs < 1e-3) return this.powerW((fromUs + toUs) / 2);
    return (this.energyUj(toUs) - this.energyUj(fromUs)) / (toUs - fromUs);
  }

  /** Extremes of the samples about a window, W: the two around each end count too. */
  extremesW(fromUs: number, toUs: number): readonly [number, number] {
    const first = this.sampleAt(fromUs);
    const last = Math.min(this.sampleAt(toUs) + 1, this.timeUs.length - 1);
    let [low, high] = [this.powerMw[first]!, this.powerMw[first]!];
    for (let n = first + 1; n <= last; n++) {
      const mw = this.powerMw[n]!;
      if (mw < low) low = mw;
      else if (mw > high) high = mw;
    }
    return [low * wattsPerMw, high * wattsPerMw];
  }
}
