import type { Analysis, Fitted } from './analysis.js';
import { timedShare } from './verdict/timing.js';
import { type Evidence, type Judgement, judge, tooShort } from './verdict/verdict.js';

/** A descent may leave the range by a little, µs. */
const marginUs = 500_000;

/** Whether the two are of one device, by what is known of the pair. */
export function verdictOf(analysis: Analysis): Judgement {
  const { fitted, updates, reference } = analysis;
  const { count, timeUs } = updates.readings;
  if (!fitted?.correspondence) {
    const spanUs = count > 1 ? timeUs[count - 1]! - timeUs[0]! : 0;
    const reason =
      Math.min(timeUs[count - 1] ?? 0, reference.endUs) <= Math.max(timeUs[0] ?? 0, reference.startUs)
        ? 'the two share no time: check the clocks and the time zone'
        : (tooShort(count, spanUs) ?? 'no lag explains any of what B does, or B never changes');
    return { verdict: 'undetermined', reason, isFlat: false };
  }
  return judge(evidenceOf(analysis, fitted));
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
