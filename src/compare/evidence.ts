import type { Analysis, Fitted } from './analysis.js';
import { farLag } from './verdict/far-lag.js';
import { flatReason, isFlatReference } from './verdict/flat.js';
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

/** Whether the two are of one device, by what is known of the pair. */
export function verdictOf(analysis: Analysis): Judgement {
  const { fitted, updates, reference, noise, usualUs, rangeUs } = analysis;
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
  if (judgement.verdict === 'related' || judgement.isFlat) return judgement;
  const lagUs = farLag(reference, fitted.readings, usualUs);
  if (lagUs === null) return judgement;
  if (lagUs < rangeUs[0] || lagUs > rangeUs[1])
    return { ...judgement, verdict: 'undetermined', reason: notLookedAt(lagUs) };
  return judgement.verdict === 'unrelated'
    ? { ...judgement, verdict: 'undetermined', reason: notExplained }
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
    periodicity: period?.likeness ?? 0,
    timedShare: timedShare(reference, updates.unseenHoldUs),
  };
}
