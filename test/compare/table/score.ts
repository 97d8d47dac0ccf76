import { compareTraces } from '#powerlog/compare/compare.js';
import type { ComparedSpan, Comparison, Estimate, Verdict } from '#powerlog/compare/comparison.js';
import { makePair, type Pair, type Recipe } from '../pairs/pair.js';
import type { CaseName } from './plan.js';

/** A spacing of the board's samples beyond this is a gap, µs: what a recording at 1 kHz has. */
const gapLimitUs = 20_000;

/** How far an estimate lies from the truth, and whether its interval holds that; null where it states none. */
export interface Missed {
  readonly error: number;
  /** Null where it has no interval. */
  readonly isCovered: boolean | null;
}

/** What came of one case, small enough to keep thousands. */
export interface Score extends CaseName {
  readonly verdict: Verdict;
  readonly notes: readonly string[];
  readonly rivals: number;
  readonly truth: {
    readonly updateS: number;
    readonly windowS: number | null;
    readonly delayS: number;
    readonly pollS: number;
    readonly sensor: string;
  };
  /** Of the delay, s. */
  readonly lag: Missed | null;
  /** Of the period, as a share of it. */
  readonly update: Missed | null;
  /** Of the window, as a share of it; null too where the sensor has none. */
  readonly window: Missed | null;
  readonly gain: Missed | null;
  readonly offsetW: Missed | null;
  readonly meanW: Missed | null;
  /** Of the aligned difference, in percentage points. */
  readonly energyPct: Missed | null;
  /** How far the difference over the same span, not aligned, is from the truth, in percentage points. */
  readonly rawEnergyPct: number;
  readonly cpuMs: number;
}

export const compared = ({ board, readings }: Pair): Comparison =>
  compareTraces({ ...board, gapLimitUs }, readings);

export function score(name: CaseName, recipe: Recipe): Score {
  const pair = makePair(recipe);
  const startUs = process.cpuUsage();
  const comparison = compared(pair);
  const { user, system } = process.cpuUsage(startUs);
  return { ...scored(pair, comparison), ...name, cpuMs: (user + system) / 1000 };
}

export const inSeconds = ({ startUs, endUs }: ComparedSpan) => ({ fromS: startUs / 1e6, toS: endUs / 1e6 });

function scored({ recipe, truth }: Pair, { figures, verdict, rivals, notes, spans }: Comparison) {
  const energies = truth.over(...spans.map(inSeconds));
  const differenceJ = energies.bJ - energies.aJ;
  const has = energies.spanS > 0;
  const window = truth.windowS ? missed(figures.window_s, truth.windowS) : null;
  const update = missed(figures.update_s, truth.updateS);
  return {
    verdict,
    notes: notes.map(({ code }) => code),
    rivals: rivals.length,
    truth: {
      updateS: truth.updateS,
      windowS: truth.windowS,
      delayS: truth.delayS,
      pollS: recipe.polling.intervalS,
      sensor: recipe.sensor.kind,
    },
    lag: missed(figures.delay_s, truth.delayS),
    update: update && { ...update, error: update.error / truth.updateS },
    window: window && { ...window, error: window.error / truth.windowS! },
    gain: missed(figures.gain, truth.gain),
    offsetW: missed(figures.offset_w, truth.offsetW),
    meanW: has ? missed(figures.mean_difference_w, differenceJ / energies.spanS) : null,
    energyPct: has ? missed(figures.energy_difference_pct, (100 * differenceJ) / energies.aJ) : null,
    rawEnergyPct: has ? 100 * (energies.bJ / energies.rawAJ - energies.bJ / energies.aJ) : 0,
  };
}

function missed({ value, interval }: Estimate, truth: number): Missed | null {
  if (value === null) return null;
  return { error: value - truth, isCovered: interval && interval[0] <= truth && truth <= interval[1] };
}
