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

export interface AppliedRail {
  readonly date: string;
  readonly reference: string | null;
  readonly voltage_gain: number;
  readonly current_gain: number;
  readonly current_offset_a: number;
  /** Of the power that comes of it; null where the comparison leaves something open, so that the nominal accuracy holds. */
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
}: Pick<Instrument, 'rails' | 'correction'>): AppliedCalibration | null {
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
              accuracy: powerAccuracy(found, nominalMv),
            },
          ],
        ];
      }),
    ),
  };
}

/** What the power is worth that comes of a calibrated voltage and current: the formulas stand in docs/calibrate.md. */
export function powerAccuracy(
  { voltage, current, reference_accuracy }: CalibratedRail,
  nominalMv: number,
): RailAccuracy | null {
  if (!voltage || !current?.fit) return null;
  const { fit, gain, offset_a: offsetA } = current;
  const volts = nominalMv / 1000;
  const covarianceA = fit.correlation * fit.gain * fit.offset_a;
  // Of the calibrated current I: a share of I, and what is left at 0 A.
  const share = fit.gain / gain;
  const restSquares = fit.offset_a ** 2 + (offsetA * share) ** 2 - (2 * offsetA * covarianceA) / gain;
  return {
    share: Math.hypot(share, voltage.fit.gain / voltage.gain),
    offset_w: volts * Math.sqrt(Math.max(restSquares, 0)),
    covariance_w: volts * (covarianceA / gain - offsetA * share ** 2),
    reference_share: withinLimit(Math.hypot(reference_accuracy.voltage, reference_accuracy.current)),
  };
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
