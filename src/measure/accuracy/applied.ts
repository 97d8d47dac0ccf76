import type { Instrument } from '../../board/board.js';
import type { CalibratedRail } from '../../board/correction.js';
import { type RailAccuracy, withinLimit } from '../uncertainty.js';

/** A calibration as summaries tell of it. */
export interface AppliedCalibration {
  /** Its file's name, and the SHA-256 of its bytes. */
  readonly file: string;
  readonly sha256: string;
  readonly rails: Readonly<Record<string, AppliedRail>>;
}

interface AppliedRail {
  readonly date: string;
  readonly reference: string | null;
  readonly voltage_gain: number;
  readonly current_gain: number;
  readonly current_offset_a: number;
  /** Of the power that comes of it; null where the comparison leaves something open and is not known to be off by more than the nominal accuracy, which holds then. */
  readonly accuracy: RailAccuracy | null;
}

/**
 * What a rail's current was before its calibration, mA. A calibration is of the rail and not of its wires, which are held against what
 * their connector itself read.
 */
export function currentAsRead(applied: AppliedCalibration | null, rail: string, ma: number): number {
  const done = applied?.rails[rail];
  return done ? (ma - done.current_offset_a * 1000) / done.current_gain : ma;
}

/** What is applied to a board's readings; null where nothing is. */
export function appliedTo({
  rails,
  correction,
  nominalAccuracy,
}: Pick<Instrument, 'rails' | 'correction' | 'nominalAccuracy'>): AppliedCalibration | null {
  if (!correction) return null;
  const { name, sha256, document } = correction;
  return {
    file: name,
    sha256,
    rails: Object.fromEntries(
      rails.flatMap(({ name: rail, nominalMv }): [string, AppliedRail][] => {
        const found = document.rails[rail];
        if (!found) return [];
        const { date, reference, voltage, current } = found;
        return [
          [
            rail,
            {
              ...{ date, reference },
              voltage_gain: voltage?.gain ?? 1,
              current_gain: current?.gain ?? 1,
              current_offset_a: current?.offset_a ?? 0,
              accuracy: powerAccuracy(found, nominalMv, nominalAccuracy),
            },
          ],
        ];
      }),
    ),
  };
}

/** Whether a comparison leaves voltage, gain or offset open. */
export const isPartial = ({ voltage, current }: CalibratedRail): boolean => !voltage || !current?.fit;

/**
 * What the power is worth that comes of a calibrated voltage and current: the formulas stand in docs/calibrate.md.
 * @param nominalMv of the rail; 0 where that is not known, and the points say
 * @param nominalShare holds for what the comparison leaves open, unless that is known to be off by more; null where nobody knows it
 */
export function powerAccuracy(
  found: CalibratedRail,
  nominalMv: number,
  nominalShare: number | null,
): RailAccuracy | null {
  const { voltage, current, reference_accuracy: limits } = found;
  const volts = nominalMv / 1000 || comparedVolts(found);
  const ofCurrent = currentAccuracy(found);
  const known: RailAccuracy = {
    share: Math.hypot(ofCurrent.share, voltage ? voltage.fit.gain / voltage.gain : 0),
    offset_w: volts * ofCurrent.restA,
    covariance_w: volts * ofCurrent.covarianceA,
    reference_share: withinLimit(
      Math.hypot(voltage ? limits.voltage : 0, current?.gain_uncertainty == null ? 0 : limits.current),
    ),
  };
  if (!isPartial(found)) return known;
  if (nominalShare === null) return null;
  const ofOneAmpere = powerUncertaintyW(known, volts) > nominalShare * volts;
  if (!ofOneAmpere && Math.hypot(known.share, known.reference_share) <= nominalShare) return null;
  // Nothing of it may be less than the nominal accuracy, so that gain and offset do not make up for each other.
  return {
    ...known,
    share: Math.max(known.share, nominalShare),
    covariance_w: Math.max(known.covariance_w, 0),
  };
}

/** Of the calibrated current I: a share of I, what is left at 0 A, and by how much both hang together. */
function currentAccuracy({ current, reference_accuracy }: CalibratedRail) {
  if (!current) return { share: 0, restA: 0, covarianceA: 0 };
  const { fit, gain, offset_a: offsetA, gain_uncertainty, offset_uncertainty_a } = current;
  if (!fit) {
    const whole = (gain_uncertainty ?? 0) / gain;
    const ofReference = gain_uncertainty === null ? 0 : withinLimit(reference_accuracy.current);
    const share = Math.sqrt(Math.max(whole ** 2 - ofReference ** 2, 0));
    return { share, restA: offset_uncertainty_a ?? 0, covarianceA: 0 };
  }
  const covarianceA = fit.correlation * fit.gain * fit.offset_a;
  const share = fit.gain / gain;
  const restSquares = fit.offset_a ** 2 + (offsetA * share) ** 2 - (2 * offsetA * covarianceA) / gain;
  return {
    share,
    restA: Math.sqrt(Math.max(restSquares, 0)),
    covarianceA: covarianceA / gain - offsetA * share ** 2,
  };
}

/** At which voltage a rail was compared, V; 0 where only its current was. */
function comparedVolts({ points, voltage }: CalibratedRail): number {
  const volts = points.flatMap(({ voltage_v, board_voltage_v }) => {
    const ofBoard = board_voltage_v === null ? null : board_voltage_v * (voltage?.gain ?? 1);
    return voltage_v ?? ofBoard ?? [];
  });
  return volts.length === 0 ? 0 : volts.reduce((sum, each) => sum + each, 0) / volts.length;
}

/** How far the power of a calibrated rail may be off, W: at one instant, or as a mean. */
export const powerUncertaintyW = (
  { share, offset_w, covariance_w, reference_share }: RailAccuracy,
  powerW: number,
): number =>
  Math.sqrt(
    Math.max((share * powerW) ** 2 + 2 * covariance_w * powerW + offset_w ** 2, 0) +
      (reference_share * powerW) ** 2,
  );
