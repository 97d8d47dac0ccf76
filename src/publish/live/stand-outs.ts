import type { PageExcursion, PageHistogram } from '../../draw/page-data.js';
import { ExcursionFinder } from '../../report/picture/excursions.js';
import { PowerHistogram } from '../../report/picture/power-histogram.js';

/** Where the components stood out, and how often each drew which power, as far as that has come. */
export class StandOuts {
  readonly #components: readonly string[];
  readonly #finder: ExcursionFinder;
  readonly #histograms: readonly PowerHistogram[];

  constructor(components: readonly string[]) {
    this.#components = components;
    this.#finder = new ExcursionFinder(components);
    this.#histograms = components.map(() => new PowerHistogram());
  }

  /** @param powersMw of the components first */
  add(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array)[],
    count: number,
    gapLimitUs: number,
  ): void {
    this.#finder.add(timeUs, powersMw, count, { intervalUs: null, gapLimitUs });
    this.#histograms.forEach((histogram, n) => {
      histogram.add(powersMw[n]!, count);
    });
  }

  get found(): {
    readonly excursions: readonly PageExcursion[];
    readonly histograms: readonly PageHistogram[];
  } {
    return {
      excursions: this.#finder.soFar,
      histograms: this.#histograms.flatMap((each, n) => each.of(this.#components[n]!) ?? []),
    };
  }
}
