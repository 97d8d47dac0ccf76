import type { BoardIdentity } from '../block.js';
import type { Instrument } from '../board/board.js';
import { readCalibration } from '../board/calibration.js';
import type { CalibrationSummary } from '../measure/summary.js';

/** A board's calibration as summaries tell it; null where it gave none, or one that cannot be read. */
export async function calibrationSummary(
  board: Instrument,
  { calibration: hex }: BoardIdentity,
): Promise<CalibrationSummary | null> {
  if (hex == null) return null;
  const reply = Buffer.from(hex, 'hex');
  const calibration = readCalibration(board, reply);
  if (!calibration) return null;
  const { createHash } = await import('node:crypto');
  const pair = (of: string) => calibration.pairs.get(of) ?? { offset: 0, gain: 0 };
  return {
    crc: calibration.crc,
    sha256: createHash('sha256').update(reply).digest('hex'),
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
