/*
 * What a page is given: in the file itself (`report --html`) or by its server (`view`, `live`). Everything a person named (files, boards,
 * phases, marks) is text from elsewhere, for a page to show as text.
 */

/** Where a page's data come from. */
export type PageMode = 'file' | 'view' | 'live';

export interface PageDocument {
  readonly version: 1;
  readonly mode: PageMode;
  readonly title: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** One, or several to be laid over each other. */
  readonly runs: readonly PageRun[];
  /** The rolling mean that it begins with; none where absent. */
  readonly rolling?: PageRolling;
  /** What goes on is a command, for whose phases there is room from the beginning. */
  readonly ofCommand?: boolean;
}

/** How long the window of a rolling mean is. */
export interface PageRolling {
  readonly amount: number;
  readonly unit: 'samples' | 's';
}

/** One recording (of several instruments: one of its tracks). Instants in µs since it began. */
export interface PageRun {
  /** Distinct on its page, a word of ASCII letters, digits and dashes. */
  readonly id: string;
  /** The file's name, or the board's. */
  readonly name: string;
  readonly startUnixUs: number | null;
  /** First and last sample. */
  readonly startUs: number;
  readonly endUs: number;
  /** To be added to its instants where several runs share an axis. */
  readonly offsetUs: number;
  /** `system` first, then components, rails, single wires. */
  readonly series: readonly PageSeries[];
  readonly resolution: PageResolution;
  /** Where the recording holds means of intervals, each as two samples, where it begins and where it ends: how long they are. */
  readonly meansUs?: number;
  /** Whether these means are a sensor's readings, each held until the next. */
  readonly isHeld?: boolean;
  /** In order. Of means all of them, so that what lies outside of them was measured. */
  readonly gaps: readonly PageGap[];
  /** Phases, runs, the command, the baseline: in the order of their begin. */
  readonly bands: readonly PageBand[];
  /** Marks, faults of the board, wires that carry too much, warnings that have an instant: in order. */
  readonly flags: readonly PageFlag[];
  /** The largest excursions, the largest first. */
  readonly excursions: readonly PageExcursion[];
  /** How long each component drew which power. */
  readonly histograms: readonly PageHistogram[];
  /** As the summary file has it, key by key. */
  readonly summary: PageSummary;
}

export type SeriesKind = 'component' | 'rail' | 'wire';

export interface PageSeries {
  /** As in the summary: `gpu`, `eps1`, `hpwr1_w1`. */
  readonly name: string;
  readonly kind: SeriesKind;
  /** What the sampling leaves open of the whole recording's energy, J: a part of it leaves open no more. */
  readonly samplingJ: number;
  /** The series, by their places, that are rails in it whose power a calibration knows; absent where there are none. */
  readonly calibrated?: readonly PageCalibratedPart[];
}

/** As `measure/uncertainty.ts` takes it. */
interface PageCalibratedPart {
  readonly column: number;
  readonly sign: 1 | -1;
  readonly of: {
    readonly share: number;
    readonly offset_w: number;
    readonly covariance_w: number;
    readonly reference_share: number;
  };
}

/** How fine the finest data are that a page has. */
export type PageResolution =
  /** Every sample. */
  | { readonly kind: 'samples'; readonly count: number }
  /** Extremes and energy of equal intervals. Powers are known to `quantumMw`, extremes rounded outwards. */
  | {
      readonly kind: 'intervals';
      readonly intervalUs: number;
      readonly count: number;
      readonly quantumMw: number;
    };

export interface PageGap {
  readonly startUs: number;
  readonly endUs: number;
  readonly cause: string;
  /** What it leaves open of a power's energy, J, by the power's name; of those that are absent it is found in what lies around it. */
  readonly uncertaintyJ: Readonly<Record<string, number>>;
}

export interface PageBand {
  readonly kind: 'phase' | 'run' | 'command' | 'baseline';
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  /** By component; null where it is not known. */
  readonly energyJ: Readonly<Record<string, number | null>>;
}

export interface PageFlag {
  readonly kind: 'mark' | 'board-fault' | 'wire-alarm' | 'warning';
  readonly name: string;
  readonly atUs: number;
}

/** Where a component stood out: how far its extreme lies from the power around it. */
export interface PageExcursion {
  readonly series: string;
  readonly atUs: number;
  readonly powerMw: number;
  /** Above 0 upwards, below 0 downwards. */
  readonly excessMw: number;
}

export interface PageHistogram {
  readonly series: string;
  readonly fromMw: number;
  readonly binMw: number;
  /** Samples by bin. */
  readonly counts: readonly number[];
}

/** What a page reads of a summary by itself; all of it is shown. */
export interface PageSummary {
  readonly [key: string]: unknown;
  readonly power_w: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly energy_j: Readonly<Record<string, number | null>>;
  readonly energy_uncertainty_j: Readonly<Record<string, number | null>>;
  readonly uncertainty: { readonly accuracy_share: number | null };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** Ids of the elements of a page that hold its data. */
export const documentElementId = 'powerlog-document';
/** An overview of all series, coarse and placed before everything else: for the first picture. */
export const overviewElementId = (run: string): string => `powerlog-${run}-overview`;
/** The instants of a run's samples, where it has them. */
export const instantsElementId = (run: string): string => `powerlog-${run}-instants`;
/** The finest data of one series, by its place among the run's. */
export const seriesElementId = (run: string, series: number): string => `powerlog-${run}-series-${series}`;
