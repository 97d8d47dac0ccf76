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
  /** Of the gaps that are listed by now: which are depends on a limit that is known better with every sample. */
  #openJ = new Map<string, PageGap['uncertaintyJ']>();
  /** Those that were told, and whether it was known by then what they leave open. */
  #told = new Map<string, boolean>();

  /** @param series names, in the builder's order */
  constructor(builder: EnvelopeBuilder, series: readonly string[]) {
    this.#builder = builder;
    this.#series = series;
  }

  /** @param gapLimitUs longer spacings are gaps as far as is known by now */
  of(measured: Measured, gapLimitUs: number): PageGap[] {
    const spans = gapsUs(measured);
    const before = this.#openJ;
    this.#openJ = new Map();
    return measured.gaps.map(({ cause }, n) => {
      const { startUs, endUs } = spans[n]!;
      const key = keyOf(spans[n]!);
      const uncertaintyJ = before.get(key) ?? this.#open(startUs, endUs, gapLimitUs);
      if (uncertaintyJ) this.#openJ.set(key, uncertaintyJ);
      return { startUs, endUs, cause, uncertaintyJ: uncertaintyJ ?? {} };
    });
  }

  /** Those that were not told yet, or are known better by now, wherever they begin; afterwards they are told. */
  tell(gaps: readonly PageGap[]): PageGap[] {
    const before = this.#told;
    this.#told = new Map(gaps.map((gap) => [keyOf(gap), this.#openJ.has(keyOf(gap))]));
    return gaps.filter((gap) => before.get(keyOf(gap)) !== this.#told.get(keyOf(gap)));
  }

  /** Null as long as it is not known. */
  #open(startUs: number, endUs: number, gapLimitUs: number): PageGap['uncertaintyJ'] | null {
    if (this.#builder.lastUs < endUs + aroundUs) return null;
    return Object.fromEntries(
      this.#series.map((name, n) => {
        const left = this.#builder.extremes(n, startUs - aroundUs, startUs, gapLimitUs);
        const right = this.#builder.extremes(n, endUs, endUs + aroundUs, gapLimitUs);
        const energyJ = this.#builder.energyUpToJ(n, endUs) - this.#builder.energyUpToJ(n, startUs);
        const low = lower(left.minMw, right.minMw);
        const high = higher(left.maxMw, right.maxMw);
        return [name, boundJ(energyJ * njPerJ, endUs - startUs, low, high)];
      }),
    );
  }
}

const keyOf = ({ startUs, endUs }: Pick<PageGap, 'startUs' | 'endUs'>): string => `${startUs} ${endUs}`;
