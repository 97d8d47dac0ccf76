import { Column, columnRows } from '../engine/column.js';
import type { Engine, Pointer } from '../engine/engine.js';
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
/** A milliwatt for a microsecond is a nanojoule. Kept doubled, so that it is a whole number. */
const njPerJ = 1e9;

/** Powers over the same instants: one series each. */
export class PowerTable {
  readonly series: readonly PowerSeries[];
  readonly #calls: Engine['calls'];
  readonly #timesUs: Column;
  readonly #powersMw: Column;

  constructor(engine: Engine, count: number) {
    this.series = Array.from({ length: count }, () => new PowerSeries(engine));
    this.#calls = engine.calls;
    this.#timesUs = new Column(engine);
    this.#powersMw = new Column(engine);
  }

  /** Adds rows `0 … count-1` of each series' column; the trapezoids go on from the block before. */
  add(timeUs: Float64Array, powersMw: readonly (Int32Array | Float64Array)[], count: number): void {
    for (let from = 0; from < count; from += columnRows) {
      const to = Math.min(from + columnRows, count);
      this.#timesUs.take(timeUs, from, to);
      for (let n = 0; n < this.series.length; n++) {
        this.#powersMw.take(powersMw[n]!, from, to);
        this.#calls.addPowers(this.series[n]!.at, this.#timesUs.at, this.#powersMw.at, to - from);
      }
    }
  }
}

/** One power over a recording: its trapezoid over the samples' instants, and its distribution. */
export class PowerSeries {
  readonly #calls: Engine['calls'];
  readonly #histogram: Histogram;

  constructor(
    engine: Engine,
    /** Where the engine keeps it. */
    readonly at: Pointer = engine.calls.newPowerSeries(),
  ) {
    this.#calls = engine.calls;
    this.#histogram = new Histogram(engine, engine.calls.seriesHistogram(at));
  }

  /** Joules between the first and the last sample; null with fewer than two. */
  get energyJ(): number | null {
    return this.#histogram.count < 2 ? null : this.#calls.twiceNj(this.at) / (2 * njPerJ);
  }

  /** The last sample, mW; null before the first. */
  get lastMw(): number | null {
    return this.#histogram.count === 0 ? null : this.#calls.lastMw(this.at);
  }

  /** Sum over the spacings of (power step × spacing)², in mW² µs²: what the sampling leaves open. */
  get stepSquares(): number {
    return this.#calls.stepSquares(this.at);
  }

  /** The extremes, mW; 0 before the first sample. */
  get minMw(): number {
    return this.#histogram.min ?? 0;
  }

  get maxMw(): number {
    return this.#histogram.max ?? 0;
  }

  statistics(): PowerStatistics {
    const durationUs = this.#calls.lastUs(this.at) - this.#calls.firstUs(this.at);
    const watts = (mw: number | null) => (mw === null ? null : mw / mwPerW);
    const { count, min, max } = this.#histogram;
    return {
      mean: count < 2 || durationUs <= 0 ? null : this.#calls.twiceNj(this.at) / (2 * durationUs) / mwPerW,
      min: watts(min),
      max: watts(max),
      p50: watts(this.#histogram.quantile(0.5)),
      p95: watts(this.#histogram.quantile(0.95)),
      p99: watts(this.#histogram.quantile(0.99)),
    };
  }
}
