import type { Comparison, Estimate } from '../../compare/comparison.js';

/** How wrong the joules of phases of one length get, in percent of what the reference says. */
export interface PhaseError {
  /** The middle one; below zero where the sensor says too little. */
  readonly medianPct: number;
  /** 19 of 20 are wrong by less, either way. */
  readonly p95Pct: number;
}

/** Phases of one length, each of which begins with load, as phases do; laid evenly over a run whose load never begins. */
export interface PhaseErrors {
  readonly lengthS: number;
  /** How many that do not overlap there is time for. */
  readonly phases: number;
  /** By the sensor's readings as they come. */
  readonly raw: PhaseError | null;
  /** By the same with lateness, gain and offset taken off, which only who has a board can do. */
  readonly corrected: PhaseError | null;
  /** By the sensor's counter of energy. */
  readonly counter: PhaseError | null;
  /** Why something is missing; null where nothing is. */
  readonly reason: string | null;
}

/** Readings between two powers of the reference. */
export interface PowerBand {
  readonly fromW: number;
  readonly toW: number;
  readonly readings: number;
  readonly referenceW: number;
  readonly sensorW: number;
}

/** A sensor's own counter, held against its power and against the reference. */
export interface CounterAudit {
  readonly column: string;
  /** Between two of its steps, s. */
  readonly update: Estimate;
  /** From one of its steps to another one, s. */
  readonly spanS: number;
  readonly counterJ: number;
  /** Of the sensor's power over the same time; null where it tells none. */
  readonly integralJ: number | null;
  /** Of the reference; null without one. */
  readonly referenceJ: number | null;
}

/** What was found out about one sensor. */
export interface AuditSheet {
  /** Median spacing of the polls, s. */
  readonly pollS: number | null;
  readonly readings: number;
  readonly spanS: number;
  readonly update: Estimate;
  /** Of the polls, those that said again what the one before had said. */
  readonly repeatedShare: number | null;
  /** Of the time, what the sensor looks at: window by update period. */
  readonly duty: Estimate;
  /** With the board; null without one. */
  readonly comparison: Comparison | null;
  readonly range: readonly PowerBand[];
  readonly rangeReason: string | null;
  readonly counter: CounterAudit | null;
  readonly counterReason: string | null;
  readonly phases: readonly PhaseErrors[];
}

/** Why a sensor by itself lacks a figure. */
export const noBoard = 'there is no board to hold it against';
