import type { EnvelopeBuilder } from '../../draw/envelope-builder.js';
import type { PageGap } from '../../draw/page-data.js';
import { higher, lower } from '../../draw/series-builder.js';
import type { Measured } from '../../measure/summary.js';
import { boundJ } from '../../measure/uncertainty.js';
import { gapsUs } from '../../report/reading/gaps.js';

/** As far as a gap's bounds look around it, µs. */
const aroundUs = 1e6;
const njPerJ = 1e9;

/** The gaps of a recording under way. What each leaves open is worked out once, when what lies behind it is known. */
export class LiveGaps {
  readonly #builder: EnvelopeBuilder;
  readonly #series: readonly string[];
  readonly #openJ = new Map<string, PageGap['uncertaintyJ']>();

  /** @param series names, in the builder's order */
  constructor(builder: EnvelopeBuilder, series: readonly string[]) {
    this.#builder = builder;
    this.#series = series;
  }

  /** @param gapLimitUs longer spacings are gaps as far as is known by now */
  of(measured: Measured, gapLimitUs: number): PageGap[] {
    const spans = gapsUs(measured);
    return measured.gaps.map(({ cause }, n) => {
      const { startUs, endUs } = spans[n]!;
      return { startUs, endUs, cause, uncertaintyJ: this.#open(startUs, endUs, gapLimitUs) };
    });
  }

  #open(startUs: number, endUs: number, gapLimitUs: number): PageGap['uncertaintyJ'] {
    const key = `${startUs} ${endUs}`;
    const known = this.#openJ.get(key);
    if (known) return known;
    if (this.#builder.lastUs < endUs + aroundUs) return {};
    const openJ = Object.fromEntries(
      this.#series.map((name, n) => {
        const left = this.#builder.extremes(n, startUs - aroundUs, startUs, gapLimitUs);
        const right = this.#builder.extremes(n, endUs, endUs + aroundUs, gapLimitUs);
        const energyJ = this.#builder.energyUpToJ(n, endUs) - this.#builder.energyUpToJ(n, startUs);
        const low = lower(left.minMw, right.minMw);
        const high = higher(left.maxMw, right.maxMw);
        return [name, boundJ(energyJ * njPerJ, endUs - startUs, low, high)];
      }),
    );
    this.#openJ.set(key, openJ);
    return openJ;
  }
}
