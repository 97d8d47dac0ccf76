import type { Instrument } from '../../board/board.js';
import type { Wiring } from '../../measure/rail-map.js';
import { withInterval } from '../../sink/column-choice.js';
import { type Column, channelsOf } from '../../sink/columns.js';
import { IntervalMeans } from '../../sink/interval-means.js';
import type { SampleRows } from '../../stream/sample-block.js';
import { IntervalExtremes, type PowerOf } from './interval-extremes.js';

/**
 * Samples as rows of intervals: the mean of each column, for powers the least and the most too, and how long the interval is.
 * A row stands at its interval's end.
 */
export class IntervalRows {
  readonly columns: readonly Column[];
  readonly #means: IntervalMeans;
  readonly #extremes: IntervalExtremes;
  readonly #watched: number;
  #startUs = new Float64Array(0);
  #endUs = new Float64Array(0);

  /** @param columns without instants */
  constructor(widthUs: number, board: Instrument, wiring: Wiring, columns: readonly Column[]) {
    const powers = columns.filter(({ name }) => name.endsWith('_power_w'));
    // Behind the sums' means stand the extremes, two for each power.
    const extremeAt = (n: number) => wiring.sums.length + 2 * n;
    const extreme = ({ name, title }: Column, what: 'min' | 'max', index: number): Column => ({
      ...{ name: `${name}_${what}`, decimals: 3, source: { kind: 'sum', index } },
      title: `${title}: ${what}`,
    });
    this.columns = withInterval(columns).flatMap((column) => {
      const n = powers.indexOf(column);
      if (n < 0) return [column];
      return [column, extreme(column, 'min', extremeAt(n)), extreme(column, 'max', extremeAt(n) + 1)];
    });
    this.#watched = powers.length;
    this.#means = new IntervalMeans(widthUs, board, wiring, channelsOf(columns));
    this.#extremes = new IntervalExtremes(powers.map(powerOf));
  }

  /** Takes samples, and gives the rows that they complete, lent until the next call. */
  add(block: SampleRows): SampleRows {
    return this.#rowsOf(block, this.#means.add(block));
  }

  /** The interval under way, which ends with the last sample. */
  end(): SampleRows {
    const means = this.#means.end();
    const none = { ...means, count: 0 };
    return this.#rowsOf(none, means);
  }

  #rowsOf(block: SampleRows, means: SampleRows): SampleRows {
    const { count, timeUs, intervalUs } = means;
    if (this.#endUs.length < count) {
      this.#startUs = new Float64Array(count);
      this.#endUs = new Float64Array(count);
    }
    for (let row = 0; row < count; row++) {
      // The means stand in the middle, rounded down.
      const widthUs = intervalUs![row]!;
      this.#startUs[row] = timeUs[row]! - Math.floor(widthUs / 2);
      this.#endUs[row] = this.#startUs[row]! + widthUs;
    }
    this.#extremes.add(block, { count, startUs: this.#startUs, endUs: this.#endUs });
    const extremes = Array.from({ length: this.#watched }, (_, n) => [
      this.#extremes.lows(n),
      this.#extremes.highs(n),
    ]).flat();
    return { ...means, timeUs: this.#endUs, powerMw: [...means.powerMw, ...extremes] };
  }
}

const powerOf =
  ({ source }: Column): PowerOf =>
  (rows) => {
    const values =
      source.kind === 'sum'
        ? rows.powerMw[source.index]
        : source.kind === 'channel' && rows.channels[source.index];
    if (!values) throw new Error('a power that was not decoded');
    return values;
  };
