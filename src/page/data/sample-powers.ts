import type { Columns } from '../../draw/envelope.js';
import { type Extremes, RangeExtremes } from '../../draw/range-extremes.js';
import { higher, lower } from '../../draw/series-builder.js';
import type { AboutEnd, Powers, Stretch } from '../../measure/stretch/powers.js';
import { boundJ, samplingJ } from '../../measure/uncertainty.js';
import type { Instants } from './instants.js';

/** Samples that share one entry of the sums made beforehand: few, since each column of a picture adds up those behind the last entry. */
const blockSamples = 8;
const joulesPerNj = 1e-9;

/** A power that is known sample by sample: its energy is that of the trapezoids between them, as in a summary. Nothing counts between two means. */
export class SamplePowers implements Powers {
  readonly #instants: Instants;
  readonly #powerMw: Float32Array;
  /** Up to each block's first sample. */
  readonly #energyNj: Float64Array;
  readonly #stepSquares: Float64Array;
  readonly #extremes: RangeExtremes;
  /** Within this of its instant a sample was taken, µs. */
  readonly #instantUs: number;

  constructor(instants: Instants, powerMw: Float32Array, instantUs: number) {
    this.#instants = instants;
    this.#powerMw = powerMw;
    this.#instantUs = instantUs;
    const blocks = Math.ceil(instants.count / blockSamples);
    this.#energyNj = new Float64Array(blocks);
    this.#stepSquares = new Float64Array(blocks);
    this.#extremes = new RangeExtremes(powerMw, powerMw);
    let [energyNj, squares] = [0, 0];
    for (let n = 0; n < instants.count; n++) {
      const block = Math.floor(n / blockSamples);
      if (n > 0) {
        energyNj += this.#spacingNj(n - 1);
        squares += this.#stepSquare(n - 1);
      }
      if (n % blockSamples === 0) {
        this.#energyNj[block] = energyNj;
        this.#stepSquares[block] = squares;
      }
    }
  }

  get powerMw(): Float32Array {
    return this.#powerMw;
  }

  fillColumns(fromUs: number, toUs: number, { minMw, maxMw, meanMw }: Columns): void {
    const columnUs = (toUs - fromUs) / minMw.length;
    const instants = this.#instants;
    let first = instants.from(fromUs);
    let beforeJ = this.energyUpToJ(fromUs);
    for (let column = 0; column < minMw.length; column++) {
      const startUs = fromUs + column * columnUs;
      const endUs = fromUs + (column + 1) * columnUs;
      const behind = instants.from(endUs);
      const extremes = this.#extremesOf(first, behind, startUs, endUs);
      const upToJ = this.energyUpToJ(endUs);
      const withinUs = instants.within(endUs) - instants.within(startUs);
      minMw[column] = extremes.minMw;
      maxMw[column] = extremes.maxMw;
      const mean = withinUs > 0 ? (upToJ - beforeJ) / joulesPerNj / withinUs : extremes.minMw;
      // The energy goes straight across a gap, which the extremes leave out.
      meanMw[column] = Math.min(Math.max(mean, extremes.minMw), extremes.maxMw);
      first = behind;
      beforeJ = upToJ;
    }
  }

  energyUpToJ(us: number): number {
    const { timeUs } = this.#instants;
    const n = this.#instants.upTo(us);
    if (n < 0) return 0;
    let nj = this.#sumUpTo(this.#energyNj, n, (k) => this.#spacingNj(k));
    if (n + 1 < timeUs.length && !this.#instants.isNothingBehind(n)) {
      const left = this.#powerMw[n]!;
      nj += ((left + this.#powerAt(n, us)) / 2) * (us - timeUs[n]!);
    }
    return nj * joulesPerNj;
  }

  extremes(fromUs: number, toUs: number): Extremes {
    return this.#extremesOf(this.#instants.from(fromUs), this.#instants.upTo(toUs) + 1, fromUs, toUs);
  }

  stretch(wantedFromUs: number, wantedToUs: number): Stretch {
    const instants = this.#instants;
    const [fromUs, toUs] = [instants.within(wantedFromUs), instants.within(wantedToUs)];
    const [first, last] = [instants.from(fromUs), instants.upTo(toUs)];
    const ends = [this.#powerAt(first - 1, fromUs), this.#powerAt(last, toUs)];
    const inner = this.#extremes.between(first, last + 1);
    let cutsJ = 0;
    if (first > last) cutsJ = this.#cutJ(last, fromUs, toUs);
    else {
      if (first > 0) cutsJ += this.#cutJ(first - 1, fromUs, instants.timeUs[first]!);
      if (last + 1 < instants.count) cutsJ += this.#cutJ(last, instants.timeUs[last]!, toUs);
    }
    const squares = (n: number) => this.#sumUpTo(this.#stepSquares, n, (k) => this.#stepSquare(k));
    return {
      energyJ: this.energyUpToJ(toUs) - this.energyUpToJ(fromUs),
      minMw: lower(inner.minMw, Math.min(...ends)),
      maxMw: higher(inner.maxMw, Math.max(...ends)),
      cutsJ,
      samplingJ: samplingJ(first <= last ? squares(last) - squares(first) : 0),
      start: this.#about(fromUs),
      end: this.#about(toUs),
    };
  }

  /** Extremes of samples `first … behind-1` and of the lines that enter and leave the stretch, where those are no gaps. */
  #extremesOf(first: number, behind: number, fromUs: number, toUs: number): Extremes {
    let { minMw, maxMw } = this.#extremes.between(first, behind);
    for (let end = 0; end < 2; end++) {
      const left = (end === 0 ? first : behind) - 1;
      if (left < 0 || left + 1 >= this.#instants.count || this.#instants.isGapBehind(left)) continue;
      const mw = this.#powerAt(left, end === 0 ? fromUs : toUs);
      minMw = lower(mw, minMw);
      maxMw = higher(mw, maxMw);
    }
    return { minMw, maxMw };
  }

  /** Extremes over two samples on each side, and over all that may really be where the end is. */
  #about(us: number): AboutEnd {
    const { timeUs, count } = this.#instants;
    const first = Math.max(
      0,
      Math.min(this.#instants.from(us) - 2, this.#instants.from(us - this.#instantUs) - 1),
    );
    const behind = Math.min(
      count,
      Math.max(this.#instants.upTo(us) + 3, this.#instants.upTo(us + this.#instantUs) + 2),
    );
    const { minMw, maxMw } = this.#extremes.between(first, behind);
    return timeUs.length > 0 ? { lowMw: minMw, highMw: maxMw } : { lowMw: 0, highMw: 0 };
  }

  /** What a part of the spacing behind sample `n` may have been otherwise; of a gap its own bound counts. */
  #cutJ(n: number, fromUs: number, toUs: number): number {
    const { timeUs } = this.#instants;
    if (this.#instants.isGapBehind(n) || (fromUs === timeUs[n] && toUs === timeUs[n + 1])) return 0;
    const [left, right] = [this.#powerMw[n]!, this.#powerMw[n + 1]!];
    const widthUs = toUs - fromUs;
    const energyNj = ((this.#powerAt(n, fromUs) + this.#powerAt(n, toUs)) / 2) * widthUs;
    return boundJ(energyNj, widthUs, Math.min(left, right), Math.max(left, right));
  }

  /** On the line behind sample `n`, mW; before the first sample and behind the last, that sample's. */
  #powerAt(n: number, us: number): number {
    const { timeUs, count } = this.#instants;
    if (n < 0) return this.#powerMw[0] ?? Number.NaN;
    if (n + 1 >= count) return this.#powerMw[count - 1] ?? Number.NaN;
    const share = (us - timeUs[n]!) / (timeUs[n + 1]! - timeUs[n]!);
    return this.#powerMw[n]! + (this.#powerMw[n + 1]! - this.#powerMw[n]!) * share;
  }

  #sumUpTo(blocks: Float64Array, n: number, each: (spacing: number) => number): number {
    const block = Math.floor(n / blockSamples);
    let sum = blocks[block] ?? 0;
    for (let k = block * blockSamples; k < n; k++) sum += each(k);
    return sum;
  }

  #spacingNj(n: number): number {
    if (this.#instants.isNothingBehind(n)) return 0;
    const { timeUs } = this.#instants;
    return ((this.#powerMw[n]! + this.#powerMw[n + 1]!) / 2) * (timeUs[n + 1]! - timeUs[n]!);
  }

  #stepSquare(n: number): number {
    if (this.#instants.isGapBehind(n)) return 0;
    const { timeUs } = this.#instants;
    return ((this.#powerMw[n + 1]! - this.#powerMw[n]!) * (timeUs[n + 1]! - timeUs[n]!)) ** 2;
  }
}
