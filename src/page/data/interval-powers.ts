import {
  type Columns,
  type Envelope,
  type Envelopes,
  extremesBetween,
  type Grid,
  Pyramid,
} from '../../draw/envelope.js';
import type { AboutEnd, Powers, Span, Stretch } from './powers.js';

const joulesPerMwUs = 1e-9;

/** A power that is known as extremes and energy of equal intervals. */
export class IntervalPowers implements Powers {
  readonly #pyramid: Pyramid;

  readonly #reach: Span;

  /** @param reach from the first to the last sample: the outermost intervals are measured in part */
  constructor(
    readonly grid: Grid,
    readonly envelope: Envelope,
    reach: Span,
  ) {
    this.#reach = reach;
    this.#pyramid = new Pyramid({ grid, series: [envelope] });
  }

  fillColumns(fromUs: number, toUs: number, into: Columns): void {
    this.#pyramid.fillColumns(0, fromUs, toUs, into);
  }

  energyUpToJ(us: number): number {
    const { startUs, intervalUs } = this.grid;
    const n = this.#intervalAt(us);
    const measuredFromUs = Math.max(startUs + n * intervalUs, this.#reach.startUs);
    const measuredToUs = Math.min(startUs + (n + 1) * intervalUs, this.#reach.endUs);
    const share = measuredToUs > measuredFromUs ? (us - measuredFromUs) / (measuredToUs - measuredFromUs) : 1;
    const [before, behind] = [this.envelope.energyJ[n] ?? 0, this.envelope.energyJ[n + 1] ?? 0];
    return before + (behind - before) * Math.min(Math.max(share, 0), 1);
  }

  extremes(fromUs: number, toUs: number): { minMw: number; maxMw: number } {
    const wholeUs = this.#pyramid.levelFor((toUs - fromUs) / 64);
    return extremesBetween(wholeUs.grid, wholeUs.series[0]!, fromUs, toUs);
  }

  stretch(fromUs: number, toUs: number): Stretch {
    const extremes = extremesBetween(this.grid, this.envelope, fromUs, toUs);
    return {
      energyJ: this.energyUpToJ(toUs) - this.energyUpToJ(fromUs),
      ...extremes,
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
    const { startUs, intervalUs } = this.grid;
    const firstEndUs = startUs + (first + 1) * intervalUs;
    return this.#cutJ(first, fromUs, firstEndUs) + this.#cutJ(last, startUs + last * intervalUs, toUs);
  }

  /** The energy of a part of an interval keeps to the interval's extremes, and so does that of the rest of it. */
  #cutJ(n: number, fromUs: number, toUs: number): number {
    const { intervalUs } = this.grid;
    const { minMw, maxMw, energyJ } = this.envelope;
    const widthUs = Math.max(toUs - fromUs, 0);
    const [low, high] = [minMw[n] ?? Number.NaN, maxMw[n] ?? Number.NaN];
    if (Number.isNaN(low) || widthUs >= intervalUs || widthUs === 0) return 0;
    const wholeJ = energyJ[n + 1]! - energyJ[n]!;
    const partJ = (wholeJ * widthUs) / intervalUs;
    const restUs = intervalUs - widthUs;
    const leastJ = Math.max(low * widthUs * joulesPerMwUs, wholeJ - high * restUs * joulesPerMwUs);
    const mostJ = Math.min(high * widthUs * joulesPerMwUs, wholeJ - low * restUs * joulesPerMwUs);
    return Math.max(mostJ - partJ, partJ - leastJ, 0);
  }

  #about(us: number): AboutEnd {
    const { intervalUs } = this.grid;
    const { minMw, maxMw } = this.extremes(us - intervalUs, us + intervalUs);
    return Number.isNaN(minMw) ? { lowMw: 0, highMw: 0 } : { lowMw: minMw, highMw: maxMw };
  }

  #intervalAt(us: number): number {
    const { startUs, intervalUs, count } = this.grid;
    return Math.min(Math.max(Math.floor((us - startUs) / intervalUs), 0), count - 1);
  }
}

/** The intervals that two instants touch, of powers over one grid. */
export function intervalsIn(powers: readonly IntervalPowers[], fromUs: number, toUs: number): Envelopes {
  const { startUs, intervalUs, count } = powers[0]!.grid;
  const first = Math.min(Math.max(Math.floor((fromUs - startUs) / intervalUs), 0), count);
  const behind = Math.max(Math.min(Math.ceil((toUs - startUs) / intervalUs), count), first);
  return {
    grid: { startUs: startUs + first * intervalUs, intervalUs, count: behind - first },
    series: powers.map(({ envelope: { minMw, maxMw, energyJ } }) => ({
      minMw: minMw.subarray(first, behind),
      maxMw: maxMw.subarray(first, behind),
      energyJ: energyJ.subarray(first, behind + 1),
    })),
  };
}
