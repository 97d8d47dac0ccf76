import {
  type Columns,
  type Envelopes,
  energyBetweenJ,
  extremesBetween,
  fillColumns,
  newColumns,
} from '../../../../draw/envelope.js';
import { EnvelopeBuilder } from '../../../../draw/envelope-builder.js';
import { RecentEnvelope } from './recent-envelope.js';

/** How fine the latest samples are kept, µs, and how many intervals: two minutes, and twenty. */
const recents = [
  { intervalUs: 10e3, kept: 12_000 },
  { intervalUs: 100e3, kept: 12_000 },
];
/** Of the whole recording: more than a terminal has columns. */
const mostIntervals = 4096;
const joulesPerMwUs = 1e-9;

/** From one instant to another, µs. */
export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What a stretch cost, to the interval, J. */
interface Cost {
  readonly energyJ: number;
  /** What the intervals at both ends leave open. */
  readonly edgesJ: number;
}

/** A board's powers since the recording began, the latest ones finer, in memory that does not grow. */
export class History {
  readonly #recent: readonly RecentEnvelope[];
  readonly #whole: EnvelopeBuilder;
  #gapLimitUs = 0;

  /** @param series how many */
  constructor(series: number) {
    this.#recent = recents.map(({ intervalUs, kept }) => new RecentEnvelope(series, intervalUs, kept));
    this.#whole = new EnvelopeBuilder(series, { most: mostIntervals });
  }

  add(timeUs: Float64Array, powersMw: readonly Float64Array[], count: number, gapLimitUs: number): void {
    this.#gapLimitUs = gapLimitUs;
    for (const each of [...this.#recent, this.#whole]) each.add(timeUs, powersMw, count, gapLimitUs);
  }

  /** Each series in so many columns from one instant to another; nothing behind `knownUs`, whatever came since. */
  columns({ fromUs, toUs }: Stretch, count: number, knownUs: number): Columns[] {
    const columnUs = (toUs - fromUs) / count;
    const { grid, series } = this.#between(fromUs, toUs, columnUs);
    const known = Math.min(Math.max(Math.floor((knownUs - fromUs) / columnUs) + 1, 0), count);
    return series.map((envelope) => {
      const into = newColumns(count);
      fillColumns(grid, envelope, fromUs, toUs, into);
      for (const each of [into.minMw, into.maxMw, into.meanMw]) each.fill(Number.NaN, known);
      return into;
    });
  }

  cost(series: number, fromUs: number, toUs: number): Cost {
    const { grid, series: envelopes } = this.#between(fromUs, toUs, 0);
    const envelope = envelopes[series]!;
    const edge = (us: number): number => {
      const { minMw, maxMw } = extremesBetween(grid, envelope, us, us);
      return Number.isNaN(minMw) ? 0 : (maxMw - minMw) * grid.intervalUs * joulesPerMwUs;
    };
    return { energyJ: energyBetweenJ(grid, envelope, fromUs, toUs), edgesJ: edge(fromUs) + edge(toUs) };
  }

  /** From where it is known: the coarsest that still has an interval in `us`, or else the finest. */
  #between(fromUs: number, toUs: number, us: number): Envelopes {
    const known = this.#recent.filter(({ startUs }) => startUs <= fromUs);
    const chosen = known.findLast(({ intervalUs }) => intervalUs <= us) ?? known[0];
    return chosen?.window(fromUs, toUs) ?? this.#whole.envelopes(this.#gapLimitUs);
  }
}
