import type { Analysis, Fitted } from './analysis.js';
import type { Readings } from './model/readings.js';
import { flatReason, isFlatReference } from './verdict/flat.js';
import { leftover } from './verdict/leftover.js';
import { mostAlikeLag } from './verdict/most-alike-lag.js';
import { timedShare } from './verdict/timing.js';
import {
  type Evidence,
  type Judgement,
  judge,
  notExplained,
  notLookedAt,
  tooShort,
} from './verdict/verdict.js';

/** A descent may leave the range by a little, µs. */
const marginUs = 500_000;
/** Where no more of what a load does is left to see than this share, a sensor of it may look like one of another. */
const unrelatedTimed = 0.6;

/** Whether the two are of one device, by what is known of the pair. */
export function verdictOf(analysis: Analysis): Judgement {
  const { fitted, updates, reference, noise, usualUs } = analysis;
  const { count, timeUs } = updates.readings;
  if (!fitted?.correspondence) {
    const say = (reason: string, isFlat = false): Judgement => ({ verdict: 'undetermined', reason, isFlat });
    const [firstUs, lastUs] = [timeUs[0] ?? 0, timeUs[count - 1] ?? 0];
    if (Math.min(lastUs, reference.endUs) <= Math.max(firstUs, reference.startUs))
      return say('the two share no time: check the clocks and the time zone');
    const short = tooShort(count, lastUs - firstUs);
    if (short) return say(short);
    return isFlatReference(reference, noise, usualUs)
      ? say(flatReason, true)
      : say('no lag explains any of what B does, or B never changes');
  }
  const judgement = judge(evidenceOf(analysis, fitted));
  return judgement.verdict === 'related' || judgement.isFlat
    ? judgement
    : doubted(judgement, analysis, fitted.readings);
}

/** What was found unlike where it was looked at may be alike elsewhere, or look so. */
function doubted(judgement: Judgement, analysis: Analysis, readings: Readings): Judgement {
  const { reference, updates, usualUs, rangeUs } = analysis;
  const doubt = (reason: string): Judgement => ({ ...judgement, verdict: 'undetermined', reason });
  const lagUs = mostAlikeLag(reference, readings, usualUs, rangeUs);
  if (lagUs !== null && (lagUs < rangeUs[0] || lagUs > rangeUs[1])) return doubt(notLookedAt(lagUs));
  if (judgement.verdict !== 'unrelated') return judgement;
  if (lagUs !== null) return doubt(notExplained);
  return timedShare(reference, updates.unseenHoldUs) < unrelatedTimed
    ? doubt(`${judgement.reason}, and its values come too seldom for this load to say that it is another`)
    : judgement;
}

function evidenceOf(
  { period, reference, updates, rangeUs }: Analysis,
  { fit, readings, correspondence }: Fitted,
): Evidence {
  const { line } = fit;
  const rounding = updates.readings.stepW / Math.sqrt(12);
  return {
    explained: fit.explained,
    gain: line.gain,
    isInRange: fit.delayUs > rangeUs[0] - marginUs && fit.delayUs < rangeUs[1] + marginUs,
    delayUs: fit.delayUs,
    correspondence: correspondence!,
    readings: line.count,
    spanUs: readings.timeUs[readings.count - 1]! - readings.timeUs[0]!,
    windowUs: fit.widthUs,
    loadW: Math.sqrt(line.referenceVariance),
    noiseW: Math.sqrt(fit.kernel.noiseVariance(fit.widthUs)),
    levelW: Math.abs(reference.meanW(reference.startUs, reference.endUs) || line.referenceMeanW),
    readingW: Math.sqrt(line.readingVariance),
    roundingW: rounding,
    leftover: leftover(fit, readings),
    periodicity: period?.likeness ?? 0,
  };
}
