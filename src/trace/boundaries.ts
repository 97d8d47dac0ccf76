import type { Histograms } from './distributions.js';
import type { Span, SpanGroup } from './span.js';
import type { SpanEnd } from './span-end.js';
import { newSpanSums, type SpanSums } from './span-sums.js';

/** A span that is looked for, and its begin once that was passed. */
interface Sought {
  readonly group: Group;
  readonly span: Span;
  start: SpanEnd | null;
}

/** A group on the way through the samples. */
export interface Group {
  readonly sums: SpanSums;
  readonly distribution: boolean;
  /** Null before its first sample, and again when it is over. */
  histograms: Histograms | null;
  /** How many of its spans are not over yet, and how many of those have begun. */
  left: number;
  open: number;
  /** Where one is open: the first row of the chunk that is not counted yet. */
  fromRow: number;
}

export interface Boundary {
  readonly us: number;
  readonly sought: Sought;
  readonly begins: boolean;
}

export const newGroup = ({ spans, distribution }: SpanGroup, components: number): Group => ({
  sums: newSpanSums(components, distribution),
  ...{ distribution, histograms: null, left: spans.length, open: 0, fromRow: 0 },
});

/** Where spans begin and end, in order. */
export const boundariesOf = (groups: readonly SpanGroup[], on: readonly Group[]): Boundary[] =>
  groups
    .flatMap(({ spans }, n) => spans.map((span): Sought => ({ group: on[n]!, span, start: null })))
    .flatMap((sought) => [
      { us: sought.span.startNs / 1000, sought, begins: true },
      { us: sought.span.endNs / 1000, sought, begins: false },
    ])
    // At one instant what begins comes first: a point begins before it ends.
    .sort((a, b) => a.us - b.us || Number(b.begins) - Number(a.begins));
