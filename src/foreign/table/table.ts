/** Cells of one row, as bytes: by place among the wanted columns. Lent until `take` returns. */
export interface Cells {
  bytes: Uint8Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** A table that somebody wrote. */
export interface Table {
  /** As its header has them; `column 1`, … where it has none. */
  readonly names: readonly string[];
  /** The cells of its first rows, trimmed and without quotes. */
  readonly sample: readonly (readonly string[])[];
  /** The byte between a number's whole part and its fraction. */
  readonly point: number;
  /**
   * Hands on the wanted cells of every row, with what stands around them taken off. To be called once.
   * @param wanted columns, in rising order
   */
  rows(wanted: readonly number[], take: (cells: Cells) => void): Promise<RowCount>;
}

export interface RowCount {
  readonly rows: number;
  /** Lines that have fewer cells than are wanted, as one that is torn. */
  readonly short: number;
}

/** How many rows are looked at before all are read. */
export const sampleRows = 400;
