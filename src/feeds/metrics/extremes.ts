/** The least and the largest of columns, and their sums, over however many blocks. */
export class Extremes {
  count = 0;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;

  /** @param columns how many */
  constructor(columns: number) {
    this.min = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    this.sum = new Float64Array(columns);
  }

  /** Rows `0 … count-1` of each column. */
  add(columns: readonly (Int32Array | Float64Array)[], count: number): void {
    for (let n = 0; n < columns.length; n++) {
      const column = columns[n]!;
      let [min, max, sum] = [this.min[n]!, this.max[n]!, this.sum[n]!];
      for (let row = 0; row < count; row++) {
        const value = column[row]!;
        if (value < min) min = value;
        if (value > max) max = value;
        sum += value;
      }
      this.min[n] = min;
      this.max[n] = max;
      this.sum[n] = sum;
    }
    this.count += count;
  }

  merge(other: Extremes): void {
    for (let n = 0; n < this.min.length; n++) {
      this.min[n] = Math.min(this.min[n]!, other.min[n]!);
      this.max[n] = Math.max(this.max[n]!, other.max[n]!);
      this.sum[n]! += other.sum[n]!;
    }
    this.count += other.count;
  }

  clear(): void {
    this.count = 0;
    this.min.fill(Number.POSITIVE_INFINITY);
    this.max.fill(Number.NEGATIVE_INFINITY);
    this.sum.fill(0);
  }
}
