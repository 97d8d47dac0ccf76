import { Histogram } from './histogram.js';

/** Statistics of a power, in watts and joules; null where too few samples were taken to say. */
export interface PowerStatistics {
  /** Time-weighted: the energy by the time between the first and the last sample. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Division, unlike a factor of 1e-3, gives the double nearest to the decimal. */
const mwPerW = 1e3;
/** A milliwatt for a microsecond is a nanojoule. */
const njPerJ = 1e9;

/** One power over a recording: its trapezoid over the samples' instants, and its distribution. */
export class PowerSeries {
  readonly #histogram = new Histogram();
  #samples = 0;
  #firstUs = 0;
  #lastUs = 0;
  #lastMw = 0;
  /** Kept doubled, so that it is a whole number, and exact while below 4.5 MJ. */
  #twiceNj = 0;
  #stepSquares = 0;

  /** Adds rows `0 … count-1`; the trapezoid goes on from the block before. */
  add(timeUs: Float64Array, powerMw: Int32Array | Float64Array, count: number): void {
    if (count === 0) return;
    this.#histogram.addColumn(powerMw, count);
    let row = 0;
    if (this.#samples === 0) {
      this.#firstUs = this.#lastUs = timeUs[0]!;
      this.#lastMw = powerMw[0]!;
      row = 1;
    }
    let lastUs = this.#lastUs;
    let lastMw = this.#lastMw;
    let twiceNj = this.#twiceNj;
    let stepSquares = this.#stepSquares;
    for (; row < count; row++) {
      const us = timeUs[row]!;
      const mw = powerMw[row]!;
      const spacing = us - lastUs;
      const step = (mw - lastMw) * spacing;
      twiceNj += (mw + lastMw) * spacing;
      stepSquares += step * step;
      lastUs = us;
      lastMw = mw;
    }
    this.#lastUs = lastUs;
    this.#lastMw = lastMw;
    this.#twiceNj = twiceNj;
    this.#stepSquares = stepSquares;
    this.#samples += count;
  }

  /** Joules between the first and the last sample; null with fewer than two. */
  get energyJ(): number | null {
    return this.#samples < 2 ? null : this.#twiceNj / (2 * njPerJ);
  }

  /** The last sample, mW; null before the first. */
  get lastMw(): number | null {
    return this.#samples === 0 ? null : this.#lastMw;
  }

  /** Sum over the spacings of (power step × spacing)², in mW² µs²: what the sampling leaves open. */
  get stepSquares(): number {
    return this.#stepSquares;
  }

  /** The extremes, mW; 0 before the first sample. */
  get minMw(): number {
    return this.#histogram.min ?? 0;
  }

  get maxMw(): number {
    return this.#histogram.max ?? 0;
  }

  statistics(): PowerStatistics {
    const durationUs = this.#lastUs - this.#firstUs;
    const watts = (mw: number | null) => (mw === null ? null : mw / mwPerW);
    const { min, max } = this.#histogram;
    return {
      mean: this.#samples < 2 || durationUs <= 0 ? null : this.#twiceNj / (2 * durationUs) / mwPerW,
      min: watts(min),
      max: watts(max),
      p50: watts(this.#histogram.quantile(0.5)),
      p95: watts(this.#histogram.quantile(0.95)),
      p99: watts(this.#histogram.quantile(0.99)),
    };
  }
}
