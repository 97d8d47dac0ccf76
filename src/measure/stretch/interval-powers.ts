import { type Columns, type Envelope, energyUpToJ, fillColumns, type Grid } from '../../draw/envelope.js';
import { type Extremes, RangeExtremes } from '../../draw/range-extremes.js';
import type { TimeSpan } from '../tracks/cover.js';
import type { AboutEnd, Powers, Stretch } from './powers.js';

const joulesPerMwUs = 1e-9;

/** A power that is known as extremes and energy of equal intervals. */
export class IntervalPowers implements Powers {
  readonly #extremes: RangeExtremes;

  readonly #reach: TimeSpan;
  readonly #measured: Grid;

  /** @param reach from the first to the last sample: the outermost intervals are measured in part */
  constructor(
    readonly grid: Grid,
    readonly envelope: Envelope,
    reach: TimeSpan,
  ) {
    this.#reach = reach;
    this.#measured = { ...grid, reach: { firstUs: reach.startUs, lastUs: reach.endUs } };
    this.#extremes = new RangeExtremes(envelope.minMw, envelope.maxMw);
  }

  fillColumns(fromUs: number, toUs: number, into: Columns): void {
    const extremesOf = (first: number, behind: number) => this.#extremes.between(first, behind);
    fillColumns(this.#measured, this.envelope, fromUs, toUs, into, extremesOf);
  }

  energyUpToJ(us: number): number {
    return energyUpToJ(this.#measured, this.envelope, us);
  }

  extremes(fromUs: number, toUs: number): Extremes {
    return this.#extremes.between(this.#intervalAt(fromUs), this.#intervalAt(toUs) + 1);
  }

  stretch(fromUs: number, toUs: number): Stretch {
    return {
      energyJ: this.energyUpToJ(toUs) - this.energyUpToJ(fromUs),
      ...this.extremes(fromUs, toUs),
      cutsJ: this.#cutsJ(fromUs, toUs),
      samplingJ: null,
      start: this.#about(fromUs),
      end: this.#about(toUs),
    };
  }

  /** What the extremes of the intervals that the ends cut leave open. */
  #cutsJ(fromUs: number, toUs: number): number {
    const [first, last] = [this.#intervalAt(fromUs), this.#intervalAt(toUs)];
    if (first === last) return this.#cutJ(first, fromUs, toUs);
    return (
      this.#cutJ(first, fromUs, this.#measuredPart(first).toUs) +
      this.#cutJ(last, this.#measuredPart(last).fromUs, toUs)
    );
  }

  /** The energy of a part of an interval keeps to the interval's extremes, and so does that of the rest of it. */
  #cutJ(n: number, fromUs: number, toUs: number): number {
    const { minMw, maxMw, energyJ } = this.envelope;
    const measured = this.#measuredPart(n);
    const measuredUs = measured.toUs - measured.fromUs;
    const widthUs = Math.max(toUs - fromUs, 0);
    const [low, high] = [minMw[n] ?? Number.NaN, maxMw[n] ?? Number.NaN];
    if (Number.isNaN(low) || widthUs >= measuredUs || widthUs === 0) return 0;
    const wholeJ = energyJ[n + 1]! - energyJ[n]!;
    const partJ = (wholeJ * widthUs) / measuredUs;
    const restUs = measuredUs - widthUs;
    const leastJ = Math.max(low * widthUs * joulesPerMwUs, wholeJ - high * restUs * joulesPerMwUs);
    const mostJ = Math.min(high * widthUs * joulesPerMwUs, wholeJ - low * restUs * joulesPerMwUs);
    return Math.max(mostJ - partJ, partJ - leastJ, 0);
  }

  /** Extremes of the intervals beside an end; about one that lies in a gap, of what lies around that. */
  #about(us: number): AboutEnd {
    const { intervalUs, count } = this.grid;
    const isMeasured = (n: number) => !Number.isNaN(this.envelope.minMw[n]!);
    let { minMw, maxMw } = this.extremes(us - intervalUs, us + intervalUs);
    if (Number.isNaN(minMw)) {
      let first = this.#intervalAt(us);
      let last = first;
      while (first > 0 && !isMeasured(first)) first--;
      while (last + 1 < count && !isMeasured(last)) last++;
      ({ minMw, maxMw } = this.#extremes.between(first, last + 1));
    }
    return Number.isNaN(minMw) ? { lowMw: 0, highMw: 0 } : { lowMw: minMw, highMw: maxMw };
  }

  /** Of an interval what lies between the first and the last sample, µs. */
  #measuredPart(n: number): { fromUs: number; toUs: number } {
    const { startUs, intervalUs } = this.grid;
    return {
      fromUs: Math.max(startUs + n * intervalUs, this.#reach.startUs),
      toUs: Math.min(startUs + (n + 1) * intervalUs, this.#reach.endUs),
    };
  }

  #intervalAt(us: number): number {
    const { startUs, intervalUs, count } = this.grid;
    return Math.min(Math.max(Math.floor((us - startUs) / intervalUs), 0), count - 1);
  }
}
