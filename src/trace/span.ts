/**
 * From one instant to another, ns since the recording began, and how far each end may be off by itself. A point is a span of
 * no length, and that is exact, however well its instant is known.
 */
export interface Span {
  readonly startNs: number;
  readonly endNs: number;
  readonly startUncertaintyNs: number;
  readonly endUncertaintyNs: number;
}

/** A span whose ends are known as well as the clock is. */
export const exactSpan = (startNs: number, endNs: number): Span => ({
  startNs,
  endNs,
  startUncertaintyNs: 0,
  endUncertaintyNs: 0,
});

/** As a summary tells it. */
export const toldSpan = ({ start_s, end_s }: { readonly start_s: number; readonly end_s: number }): Span =>
  exactSpan(Math.round(start_s * 1e9), Math.round(end_s * 1e9));

/** Time in all, ns; what two spans share counts twice. */
export const lengthNs = (spans: readonly Span[]): number =>
  spans.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);

/** Spans that are added up: the command, or all times that a phase ran. */
export interface SpanGroup {
  readonly spans: readonly Span[];
  /** Whether the distribution of the power is wanted too. */
  readonly distribution: boolean;
}
