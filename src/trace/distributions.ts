import { Engine } from '../engine/engine.js';
import { Histogram } from '../measure/histogram.js';

/** Of the samples in a group's spans, mW; null where there are none. */
export interface QuantilesMw {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export const noQuantiles: QuantilesMw = { p50: null, p95: null, p99: null };

/** One histogram a component. */
export type Histograms = readonly Histogram[];

/**
 * The histograms of one evaluation. All lie in one engine, since each engine takes addresses and the time to reserve them,
 * and those of a group that is over are used again: so many are made as groups are under way at once.
 */
export class Distributions {
  #engine: Engine | undefined;
  readonly #free: Histograms[] = [];

  readonly #components: number;

  constructor(components: number) {
    this.#components = components;
  }

  /** Empty ones. */
  take(): Histograms {
    const free = this.#free.pop();
    if (free) return free;
    this.#engine ??= new Engine();
    const engine = this.#engine;
    return Array.from({ length: this.#components }, () => new Histogram(engine));
  }

  /** What they counted, by component; they are no longer the caller's. */
  giveBack(histograms: Histograms): QuantilesMw[] {
    const quantiles = histograms.map((histogram) => ({
      p50: histogram.quantile(0.5),
      p95: histogram.quantile(0.95),
      p99: histogram.quantile(0.99),
    }));
    for (const histogram of histograms) histogram.clear();
    this.#free.push(histograms);
    return quantiles;
  }
}
