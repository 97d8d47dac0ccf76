/*
 * What two traces of power say of each other, as values. A is the reference, B the readings that are compared with it. Instants
 * are microseconds on A's clock, figures seconds, watts and joules. B behind A is a positive lag.
 */

/** The reference: a board's power over time. */
export interface ReferenceTrace {
  /** Instants of the samples, µs, ascending. */
  readonly timeUs: Float64Array;
  /** mW, one a sample. */
  readonly powerMw: Int32Array | Float32Array | Float64Array;
  /** A spacing longer than this, µs, is a gap in which nothing is known. */
  readonly gapLimitUs: number;
  /** How far the power may be off at 95 %: a share of it, and watts beside that. Left out, the reference counts as exact. */
  readonly accuracy?: { readonly share: number; readonly offsetW: number };
}

/** What is compared: a sensor that was polled, or a counter of energy. */
export interface ReadingTrace {
  /** Instants of the polls, µs on A's clock as far as it is known, ascending. */
  readonly timeUs: Float64Array;
  /** Watts where `quantity` is `power`, joules that only grow where it is `energy`; NaN where a poll gave nothing. */
  readonly value: Float64Array;
  readonly quantity: 'power' | 'energy';
  /** When the value of each poll was updated, by the sensor's own stamps, µs on A's clock; NaN where unknown. */
  readonly updatedUs?: Float64Array;
  /** How far a poll's instant may be off, µs. */
  readonly pollUncertaintyUs?: number;
  /** Of counters of several runs, one after the other: the reading at which each of them begins. */
  readonly begins?: readonly number[];
}

/** A part of the run, µs on A's clock. */
export interface ComparedSpan {
  readonly startUs: number;
  readonly endUs: number;
}

/** A named part of the run, all times that it ran. */
export interface ComparedPhase {
  readonly name: string;
  readonly spans: readonly ComparedSpan[];
}

export interface ComparisonOptions {
  readonly phases?: readonly ComparedPhase[];
}

/** A figure with what is known of it: a value and its 95 % interval, or neither and the reason. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
  /** Why there is no value; also why there is no interval where there is a value. Null where nothing is missing. */
  readonly reason: string | null;
}

/** Every figure, with the names of the contract's JSON, in its order. */
export const figureKeys = [
  'update_s',
  'window_s',
  'delay_s',
  'latency_s',
  'shift_s',
  'drift_s_per_hour',
  'gain',
  'offset_w',
  'correlation',
  'rmse_raw_w',
  'rmse_shifted_w',
  'rmse_aligned_w',
  'mean_difference_w',
  'energy_a_j',
  'energy_b_j',
  'energy_difference_j',
  'energy_difference_pct',
  'energy_linear_j',
  'energy_unseen_j',
  'energy_remainder_j',
] as const;

export type FigureKey = (typeof figureKeys)[number];
export type Figures = Readonly<Record<FigureKey, Estimate>>;
export type Verdict = 'related' | 'unrelated' | 'undetermined';

/** Another lag that fits about as well. */
export interface Rival {
  readonly delayS: number;
  readonly shiftS: number;
  readonly windowS: number;
}

/** What should be known beside the figures. */
export interface Note {
  readonly code: NoteCode;
  /** A whole sentence, without a full stop where it names no more than a fact. */
  readonly message: string;
}

export type NoteCode =
  | 'ambiguous-lag'
  | 'dropped-readings'
  | 'few-events'
  | 'flat-load'
  | 'hold-unknown'
  | 'lag-changes'
  | 'not-a-boxcar'
  | 'polls-locked'
  | 'polls-slow'
  | 'unit-suspect'
  | 'window-ambiguous';

/** How a reading weighs the power before it: evenly over a window, or as a low-pass of one time constant. */
export type KernelKind = 'boxcar' | 'one-pole' | 'counter';

/** B's readings beside A, one a reading that was compared. */
export interface AlignedReadings {
  /** What B said, W. */
  readonly readingW: Float64Array;
  /** What A says of the same window, W. */
  readonly referenceW: Float64Array;
}

/** The figures of one phase, by the whole run's fit. */
export interface PhaseComparison {
  readonly name: string;
  readonly spanS: number;
  readonly figures: Figures;
}

export interface Comparison {
  readonly verdict: Verdict;
  /** One sentence. */
  readonly reason: string;
  readonly figures: Figures;
  readonly rivals: readonly Rival[];
  /** What both cover, s. */
  readonly spanS: number;
  /** From where to where figures were taken, by B's stamps, µs; (0, 0) where nothing is shared. A is taken earlier by the shift. */
  readonly span: ComparedSpan;
  /** The parts of it that both cover, by B's stamps, µs. */
  readonly spans: readonly ComparedSpan[];
  readonly notes: readonly Note[];
  readonly kernel: KernelKind;
  /** Of a low-pass, s; null for the others. */
  readonly timeConstantS: number | null;
  /** Changes of the load that the lag rests on. */
  readonly events: number;
  /** How far A's energy may be off by its own accuracy, J at 95 %; null where that is not known. */
  readonly referenceUncertaintyJ: number | null;
  /** Null where no lag could be fitted. */
  readonly aligned: AlignedReadings | null;
  readonly phases: readonly PhaseComparison[];
}
