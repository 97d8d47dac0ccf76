import { type Fit, type Place, widthRangeUs } from '../search/fit.js';
import type { Reach } from './intervals.js';
import { asGoodRise, type Rises } from './profile.js';

/** From one width to the next, as a factor. */
const widthStep = 1.25;
const halvings = 5;
/** The noise of all readings beside the edge makes a ridge uneven: it goes on over places that rise by less than this. At its end all rise far beyond. */
const endsAt = 100;

/** How far a ridge reaches from a fit, µs. */
interface Ridge {
  readonly delayUs: Reach;
  readonly widthUs: Reach;
}

/**
 * How far delay and width can go together without a reading that objects. A single reading on an edge says what part of the window had seen it,
 * which any window can have with another delay: so from width to width, each begun where the last two lead on.
 */
export function ridgeOf(rises: Rises, fit: Fit): Ridge {
  const found: Place[] = [fit];
  if (fit.kernel.kind !== 'counter')
    for (const factor of [widthStep, 1 / widthStep]) found.push(...followed(rises, fit, factor));
  const reach = (of: (place: Place) => number): Reach => ({
    below: Math.max(...found.map((place) => of(fit) - of(place))),
    above: Math.max(...found.map((place) => of(place) - of(fit))),
  });
  return { delayUs: reach(({ delayUs }) => delayUs), widthUs: reach(({ widthUs }) => widthUs) };
}

/** The places on the ridge towards wider or narrower windows, up to where it ends. */
function followed(rises: Rises, fit: Fit, factor: number): Place[] {
  const found: Place[] = [];
  let [before, last]: [Place, Place] = [fit, fit];
  let step = factor;
  for (let halved = 0; halved <= halvings; ) {
    const widthUs = last.widthUs * step;
    const isWithin = widthUs >= widthRangeUs[0] && widthUs <= widthRangeUs[1];
    const lean = (last.delayUs - before.delayUs) / (last.widthUs - before.widthUs) || 0;
    const next = isWithin
      ? rises.atWidth(widthUs, last.delayUs + lean * (widthUs - last.widthUs))
      : { rise: Number.POSITIVE_INFINITY, delayUs: last.delayUs };
    if (next.rise > endsAt) {
      step = Math.sqrt(step);
      halved++;
      continue;
    }
    [before, last] = [last, { delayUs: next.delayUs, widthUs }];
    if (next.rise < asGoodRise) found.push(last);
  }
  return found;
}
