/** One row of the page: what was done to powerlog, and what came of it. */
export interface Finding {
  readonly group: 'wire' | 'unplug' | 'kill' | 'disk' | 'load' | 'fuzz';
  /** `powerlog simulate`, or the model in Python. */
  readonly board?: 'ours' | 'foreign';
  readonly kind: string;
  readonly samples: number;
  readonly injected: number;
  readonly detected: number;
  readonly recovered: number;
  readonly rowsWrong: number;
  readonly lostBeyondGaps: number;
  /** Rows that the board garbled and that were kept, counted and warned about. */
  readonly keptDoubtful?: number;
  /** Sorted not; summed up by the page. ms. */
  readonly recoveryMs: { readonly median: number; readonly longest: number } | null;
  /** Bytes sent to the board that are none of the five reading commands. */
  readonly forbidden: number;
  /** For the page, where the figures are not all. */
  readonly note?: string;
  /** What went otherwise than promised; empty where all is well. */
  readonly failures: readonly string[];
  readonly tookS: number;
}

export function medianAndLongest(values: readonly number[]): Finding['recoveryMs'] {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, longest: sorted.at(-1)! };
}
