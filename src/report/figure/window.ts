import {
  type Columns,
  energyUpToJ,
  extremesBetween,
  newColumns,
  Pyramid,
  type Samples,
} from '../../draw/envelope.js';
import { EnvelopeBuilder } from '../../draw/envelope-builder.js';
import type { Dots, FigureSpan } from '../../draw/svg/figure.js';
import { fillRollingMeans } from '../../measure/stretch/rolling.js';
import { firstAbove, firstAtLeast } from '../../measure/stretch/sorted.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';
import { gapsUs } from '../reading/gaps.js';
import type { Rested } from '../rested.js';
import { samplesWithin } from './samples-within.js';

/** What of one run lies in a stretch of time. Instants in µs since it began. */
export class Window {
  readonly #rested: Rested;
  readonly #samples: Samples | null;
  readonly #pyramid: Pyramid;
  readonly #fromUs: number;
  readonly #toUs: number;
  /** Stretches without a gap. */
  readonly #stretches: readonly FigureSpan[];
  #filled: { readonly count: number; readonly columns: readonly Columns[] } | undefined;

  private constructor(rested: Rested, samples: Samples | null, fromUs: number, toUs: number) {
    this.#rested = rested;
    this.#samples = samples;
    this.#pyramid = new Pyramid(rested.envelopes);
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    this.#stretches = stretchesBetween(gapsUs(rested.summary));
  }

  /** With its samples, where they are kept or can be read again. */
  static async of(rested: Rested, fromUs: number, toUs: number): Promise<Window> {
    return new Window(rested, rested.samples ?? (await samplesWithin(rested, fromUs, toUs)), fromUs, toUs);
  }

  /** Of what all of it is drawn, where that is not every sample: intervals, µs. */
  get intervalUs(): number | null {
    return this.#samples ? null : this.#rested.envelopes.grid.intervalUs;
  }

  extremes(series: number): { minMw: number; maxMw: number } {
    const { envelopes } = this.#rested;
    if (!this.#samples)
      return extremesBetween(envelopes.grid, envelopes.series[series]!, this.#fromUs, this.#toUs);
    let [minMw, maxMw] = [Number.NaN, Number.NaN];
    for (const { powerMw } of this.#pieces(series))
      for (const mw of powerMw) {
        if (!(mw >= minMw)) minMw = mw;
        if (!(mw <= maxMw)) maxMw = mw;
      }
    return { minMw, maxMw };
  }

  /** True to the sample where samples are kept, else to the intervals of the envelope. */
  columns(series: number, count: number): Columns {
    if (this.#samples) return this.#columnsOfSamples(count)[series]!;
    const columns = newColumns(count);
    this.#pyramid.fillColumns(series, this.#fromUs, this.#toUs, columns);
    return columns;
  }

  /** Means over `windowUs` around each column's middle; shorter at a gap's edge, so that nothing is taken from beyond it. */
  rolling(series: number, count: number, windowUs: number): Float32Array {
    const { envelopes, reach, summary } = this.#rested;
    const envelope = envelopes.series[series]!;
    const powers = { energyUpToJ: (us: number) => energyUpToJ(envelopes.grid, envelope, us) };
    const { firstUs: startUs, lastUs: endUs } = reach ?? { firstUs: 0, lastUs: 0 };
    const into = new Float32Array(count);
    const window = { fromUs: this.#fromUs, toUs: this.#toUs, windowUs };
    fillRollingMeans(powers, gapsUs(summary), { startUs, endUs }, window, into);
    return into;
  }

  /** The samples, with those beside the stretch, where they lie at least so far apart; null where they don't, or are not kept. */
  dots(series: number, leastSpacingUs: number): Dots[] | null {
    // Means have no instants.
    if (!this.#samples || !this.#rested.facts) return null;
    const pieces = this.#pieces(series, 1);
    let [us, spacings] = [0, 0];
    for (const { timeUs } of pieces) {
      us += timeUs.at(-1)! - timeUs[0]!;
      spacings += timeUs.length - 1;
    }
    return us >= spacings * leastSpacingUs ? pieces : null;
  }

  /** @param beside how many samples of each stretch are taken before the window, and behind it */
  #pieces(series: number, beside = 0): Dots[] {
    const { timeUs, powerMw } = this.#samples!;
    return this.#rows(beside).map(([first, behind]) => ({
      timeUs: timeUs.subarray(first, behind),
      powerMw: powerMw[series]!.subarray(first, behind),
    }));
  }

  #rows(beside: number): (readonly [number, number])[] {
    const { timeUs } = this.#samples!;
    return this.#stretches
      .map(({ fromUs, toUs }) => {
        const [begin, end] = [firstAtLeast(timeUs, fromUs), firstAbove(timeUs, toUs)];
        const first = Math.max(begin, firstAtLeast(timeUs, this.#fromUs) - beside);
        return [first, Math.min(end, firstAbove(timeUs, this.#toUs) + beside)] as const;
      })
      .filter(
        ([first, behind]) =>
          behind > first && timeUs[first]! <= this.#toUs && timeUs[behind - 1]! >= this.#fromUs,
      );
  }

  /** Of all series at once, kept for the next. */
  #columnsOfSamples(count: number): readonly Columns[] {
    if (this.#filled?.count === count) return this.#filled.columns;
    const { timeUs, powerMw } = this.#samples!;
    const spanUs = this.#toUs - this.#fromUs;
    const builder = new EnvelopeBuilder(powerMw.length, { intervalUs: spanUs / count, most: count + 2 });
    for (const [first, behind] of this.#rows(1)) {
      const { times, powers } = cut(timeUs, powerMw, first, behind, this.#fromUs, this.#toUs);
      // What lies before a stretch is a gap, however short; within it, nothing is.
      builder.add(times.subarray(0, 1), powers, 1, 0);
      builder.add(
        times.subarray(1),
        powers.map((column) => column.subarray(1)),
        times.length - 1,
        Infinity,
      );
    }
    const columnUs = spanUs / count;
    const columns = builder.envelopes(0).series.map(({ minMw, maxMw, energyJ }) => {
      const filled = newColumns(count);
      filled.minMw.fill(Number.NaN);
      filled.maxMw.fill(Number.NaN);
      filled.minMw.set(minMw.subarray(0, count));
      filled.maxMw.set(maxMw.subarray(0, count));
      // Where a column is a part of a gap, its mean may not leave what was measured.
      filled.meanMw.forEach((_, n, means) => {
        const meanMw = ((energyJ[n + 1]! - energyJ[n]!) / columnUs) * mwPerJUs;
        means[n] = Math.min(Math.max(meanMw, filled.minMw[n]!), filled.maxMw[n]!);
      });
      return filled;
    });
    this.#filled = { count, columns };
    return columns;
  }
}

/** Samples since the window's begin; one beyond its edge is replaced by where the line to it leaves the window. */
function cut(
  timeUs: Float64Array,
  powerMw: readonly Float32Array[],
  first: number,
  behind: number,
  fromUs: number,
  toUs: number,
): { times: Float64Array; powers: Float32Array[] } {
  const times = timeUs.slice(first, behind);
  const powers = powerMw.map((column) => column.slice(first, behind));
  const last = times.length - 1;
  const move = (end: number, inner: number, us: number): void => {
    const share = last === 0 ? 0 : (us - times[inner]!) / (times[end]! - times[inner]!);
    for (const column of powers) column[end] = column[inner]! + share * (column[end]! - column[inner]!);
    times[end] = us;
  };
  if (times[0]! < fromUs) move(0, Math.min(1, last), fromUs);
  if (times[last]! > toUs) move(last, Math.max(0, last - 1), toUs);
  return { times: times.map((us) => us - fromUs), powers };
}

/** mW in a joule a µs. */
const mwPerJUs = 1e9;
function stretchesBetween(gaps: readonly TimeSpan[]): FigureSpan[] {
  const stretches: FigureSpan[] = [];
  let fromUs = Number.NEGATIVE_INFINITY;
  for (const gap of gaps) {
    stretches.push({ fromUs, toUs: gap.startUs });
    fromUs = gap.endUs;
  }
  return [...stretches, { fromUs, toUs: Number.POSITIVE_INFINITY }];
}
