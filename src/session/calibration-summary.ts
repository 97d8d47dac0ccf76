import type { Instrument } from '../board/board.js';
import { readCalibration } from '../board/calibration.js';
import { calibrationDigest } from '../link/identity/calibration-digest.js';
import type { CalibrationSummary } from '../measure/summary.js';
import type { BoardIdentity } from '../stream/recording-header.js';

/** A board's calibration as summaries tell it; null where it gave none, or one that cannot be read. */
export async function calibrationSummary(
  board: Instrument,
  { calibration: hex }: BoardIdentity,
): Promise<CalibrationSummary | null> {
  if (hex == null) return null;
  const calibration = readCalibration(board, Buffer.from(hex, 'hex'));
  if (!calibration) return null;
  const pair = (of: string) => calibration.pairs.get(of) ?? { offset: 0, gain: 0 };
  return {
    crc: calibration.crc,
    sha256: await calibrationDigest(hex),
    rails: Object.fromEntries(
      [...board.rails, ...board.wires].map(({ name }) => {
        const voltage = pair(`${name}_voltage`);
        const current = pair(`${name}_current`);
        return [
          name,
          {
            voltage_offset: voltage.offset,
            voltage_gain: voltage.gain,
            current_offset: current.offset,
            current_gain: current.gain,
          },
        ];
      }),
    ),
  };
}

/** What is applied to a probe, in the board's own integers. */
export interface ProbeCalibration {
  readonly offset: number;
  readonly gain: number;
  /** The B value of its thermistor, K; where it has one. */
  readonly thermistor_k?: number;
}

/** What a board applies to what it reads beside its rails: probes, supply, temperatures; empty where it gave no calibration. */
export function probeCalibrations(
  board: Instrument,
  { calibration: hex }: BoardIdentity,
): Record<string, ProbeCalibration> {
  const calibration = hex == null ? null : readCalibration(board, Buffer.from(hex, 'hex'));
  if (!calibration) return {};
  const ofRails = new Set(
    [...board.rails, ...board.wires].flatMap(({ name }) => [`${name}_voltage`, `${name}_current`]),
  );
  return Object.fromEntries(
    [...calibration.pairs]
      .filter(([name]) => !ofRails.has(name))
      .map(([name, pair]) => {
        const thermistorK = calibration.thermistorsK.get(name);
        return [name, { ...pair, ...(thermistorK === undefined ? {} : { thermistor_k: thermistorK }) }];
      }),
  );
}
