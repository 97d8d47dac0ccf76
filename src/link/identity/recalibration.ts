import type { BoardIdentity } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';

/** What is to be said of a board that came back under another calibration of its own: what it read before and since are not one scale. */
export async function recalibration(
  before: BoardIdentity,
  now: BoardIdentity,
  backNs: number,
): Promise<Warning[]> {
  // One that did not say which is no other.
  if (before.calibration == null || now.calibration == null || before.calibration === now.calibration)
    return [];
  const { createHash } = await import('node:crypto');
  const [was, is] = [before.calibration, now.calibration].map((hex) =>
    createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex').slice(0, 12),
  );
  const message = `at ${(backNs / 1e9).toFixed(3)} s the board came back under another calibration of its own (${was} before, ${is} since): what it read before and since is not comparable`;
  return [{ code: 'recalibrated', message }];
}
