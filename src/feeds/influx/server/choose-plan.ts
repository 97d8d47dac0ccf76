import { usageError } from '../../../errors.js';
import type { Unit } from '../lines/line-writer.js';
import type { ServerKind } from './server-kind.js';
import type { Target } from './target.js';

interface Choice {
  readonly unit: Unit;
  /** Null: every sample. */
  readonly intervalUs: number | null;
  /** What a person should know of it. */
  readonly notice: string | null;
}

/** On an even grid as coarse as this no two samples fall on one ms, however late one of them is. */
const safeGridHz = 500;
/** A ms has to be an interval's own. */
const mostMeansHz = 1000;
const usualMeansHz = 100;
const usPerS = 1e6;

/**
 * What is written, so that in no database two samples get one stamp in silence: where stamps of ms are kept, or it is not known
 * that finer ones are, means of intervals.
 * @param meansHz as asked for
 * @param gridHz of the samples; null where they come as they come
 * @throws UserError (usage) where more is asked for than a database can tell apart
 */
export function choosePlan(
  target: Target,
  kind: ServerKind,
  meansHz: number | null,
  gridHz: number | null,
): Choice {
  const unit = target.unit ?? kind.unit;
  const isCoarse = unit !== 'ns';
  if (meansHz !== null) {
    if (isCoarse && meansHz > mostMeansHz)
      throw usageError(
        `--influx-rate ${meansHz} is more than the ${mostMeansHz} stamps a second that ${target.name} can tell apart; for one that keeps ns, say so: --influx '…?precision=ns'`,
      );
    return { unit: unit ?? 'ms', intervalUs: Math.round(usPerS / meansHz), notice: null };
  }
  if (!isCoarse) return { unit: 'ns', intervalUs: null, notice: null };
  if (unit === 'ms' && gridHz !== null && gridHz <= safeGridHz)
    return { unit, intervalUs: null, notice: null };
  const means = `means of ${1000 / usualMeansHz} ms are written, with the least and the most of each`;
  return {
    ...{ unit: 'ms', intervalUs: usPerS / usualMeansHz },
    notice:
      unit === 'ms'
        ? `${target.name} keeps whole milliseconds, too few for every sample: ${means}; --influx-rate chooses another rate`
        : `${target.name} ${kind.failure === null ? 'does not say what it is' : `does not answer (${kind.failure})`}, so that it is not known whether it keeps more than milliseconds: ${means}; --influx '…?precision=ns' writes every sample`,
  };
}
