import { withoutChange } from '../drift/warp.js';
import { type Known, powersAt } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import { chooseReadings } from '../search/choice.js';
import { type Fit, fitAt, polish } from '../search/fit.js';
import { withoutImpossible } from '../search/impossible.js';
import { clearFit } from './clear-fit.js';
import { choose, type Settled } from './settled.js';

/** The last descent is made with so many. */
const mostInFit = 6000;
const mostInLowPass = 2500;

/** The fit that figures are told by. */
interface LastFit {
  /** Of all readings. */
  readonly fit: Fit;
  /** Those that a lag is looked for with, and the fit to them. */
  readonly chosen: Readings;
  readonly chosenFit: Fit;
  /** The fit to the chosen readings before the measured samples were believed. */
  readonly calmFit: Fit;
  /** How many readings there are for each that the descent was made with. */
  readonly unused: number;
  /** The samples that it was made with at last. */
  readonly known: Known;
  /** Whether the measured samples told another lag than those without their noise. */
  readonly isClear: boolean;
}

/** @param calm the reference without its noise, for a lag of few edges; null where the measured samples were used all along */
export function lastFit(
  { readings, fit: about, offset }: Settled,
  all: Readings,
  measured: Known,
  calm: Known | null,
): LastFit {
  const { kernel } = about;
  // Of a counter's slow load, which has no edges, longer spans leave less of what its updates scatter.
  const sliding = calm && all.sliding;
  const possible = sliding && withoutImpossible(measured.reference, sliding, fitAt(kernel, sliding, about));
  const densest = possible ? withoutChange(possible, offset) : readings;
  const most = kernel.kind === 'one-pole' ? mostInLowPass : mostInFit;
  const last = chooseReadings(densest, most, 4, powersAt(kernel, densest, about));
  const settled = fitAt(kernel, readings, polish(kernel, last, about));
  const chosen = choose(readings, kernel, settled.referenceW);
  const clear = calm && clearFit(settled, readings, chosen, measured);
  const fit = clear ? fitAt(clear.kernel, readings, polish(clear.kernel, last, clear)) : settled;
  const calmFit = fitAt(kernel, chosen, settled);
  return {
    fit,
    chosen,
    chosenFit: clear ? fitAt(fit.kernel, chosen, fit) : calmFit,
    calmFit,
    unused: Math.max(1, readings.count / last.count),
    known: clear ? measured : (calm ?? measured),
    isClear: clear !== null,
  };
}
