/** An octave is cut into 2^octaveBits bins, so that a bin is at most a thirty-second of its spacing wide. */
const octaveBits = 5;
/** Spacings below this have a bin each. */
const exact = 1 << octaveBits;
/** Longer ones say nothing of an update, half µs: 2^23, which is 4.2 s. */
const longest = 1 << 23;
const bins = (23 - octaveBits + 1) * exact;

/** Counts spacings between changes, in memory that does not grow: how many in each bin, and their sum. */
export class Spacings {
  readonly counts = new Float64Array(bins);
  readonly sums = new Float64Array(bins);
  /** Changes that nobody knows the instants of, so that no spacing begins or ends there. */
  leftOut = 0;

  /** @param halfUs in half microseconds, whole: the middle of two instants in whole ones is one */
  add(halfUs: number, times: number): void {
    if (halfUs <= 0 || halfUs >= longest) return;
    const shift = Math.max(0, 31 - octaveBits - Math.clz32(halfUs));
    const bin = (shift << octaveBits) + (halfUs >>> shift);
    this.counts[bin]! += times;
    this.sums[bin]! += times * halfUs;
  }

  /** The bins that hold some: their mean spacings, µs, in order, and how many each holds. */
  occupied(): { readonly meansUs: Float64Array; readonly counts: Float64Array } {
    const held = Array.from(this.counts.keys()).filter((bin) => this.counts[bin]! > 0);
    return {
      meansUs: Float64Array.from(held, (bin) => this.sums[bin]! / this.counts[bin]! / 2),
      counts: Float64Array.from(held, (bin) => this.counts[bin]!),
    };
  }
}
