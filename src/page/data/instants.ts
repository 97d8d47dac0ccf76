import type { PageRun } from '../../draw/page-data.js';
import { firstAbove, firstAtLeast } from '../../measure/stretch/sorted.js';

/** When a run's samples were taken, and which of their spacings are gaps. */
export class Instants {
  /** 1 where the spacing behind a sample is a gap. */
  readonly #gapBehind: Uint8Array;

  /** They are begins and ends of means: between two of these there is a mean, or nothing was measured. */
  readonly areOfMeans: boolean;

  /** @param timeUs in order */
  constructor(
    readonly timeUs: Float64Array,
    { gaps, meansUs }: Pick<PageRun, 'gaps' | 'meansUs'>,
  ) {
    this.areOfMeans = meansUs !== undefined;
    this.#gapBehind = new Uint8Array(timeUs.length);
    for (const { startUs, endUs } of gaps) {
      const before = firstAbove(timeUs, (startUs + endUs) / 2) - 1;
      if (before >= 0 && before + 1 < timeUs.length) this.#gapBehind[before] = 1;
    }
    // Of means all gaps are listed, and one may be shorter than a mean.
    if (this.areOfMeans) return;
    // Not more than so many gaps are listed, the longest: what is as long as one of them is a gap too. A sleep is one at any length.
    const listed = gaps.filter(({ cause }) => cause !== 'suspend');
    const shortestUs = listed.reduce(
      (us, gap) => Math.min(us, gap.endUs - gap.startUs),
      Number.POSITIVE_INFINITY,
    );
    for (let n = 0; n + 1 < timeUs.length; n++)
      if (timeUs[n + 1]! - timeUs[n]! >= shortestUs) this.#gapBehind[n] = 1;
  }

  get count(): number {
    return this.timeUs.length;
  }

  get firstUs(): number {
    return this.timeUs[0] ?? 0;
  }

  get lastUs(): number {
    return this.timeUs[this.count - 1] ?? 0;
  }

  isGapBehind(sample: number): boolean {
    return this.#gapBehind[sample] === 1;
  }

  /** Whether the spacing behind a sample counts nothing: power is taken to go straight across the gaps of samples, of means not. */
  isNothingBehind(sample: number): boolean {
    return this.areOfMeans && this.isGapBehind(sample);
  }

  /** The last sample up to an instant; -1 where there is none. */
  upTo(us: number): number {
    return firstAbove(this.timeUs, us) - 1;
  }

  /** The first sample at an instant or behind it. */
  from(us: number): number {
    return firstAtLeast(this.timeUs, us);
  }

  within(us: number): number {
    return Math.min(Math.max(us, this.firstUs), this.lastUs);
  }
}
