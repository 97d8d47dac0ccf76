import { shortDigest } from '../../board/calibration.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import type { Warning } from '../../stream/warning.js';
import { calibrationDigest } from './calibration-digest.js';

/** What is to be said of a board that came back under another calibration of its own: what it read before and since are not one scale. */
export async function recalibration(
  before: BoardIdentity,
  now: BoardIdentity,
  backNs: number,
): Promise<Warning[]> {
  // One that did not say which is no other.
  if (before.calibration == null || now.calibration == null || before.calibration === now.calibration)
    return [];
  const [was, is] = await Promise.all(
    [before.calibration, now.calibration].map(async (hex) => shortDigest(await calibrationDigest(hex))),
  );
  const message = `at ${(backNs / 1e9).toFixed(3)} s the board came back under another calibration of its own (${was} before, ${is} since): what it read before and since is not comparable`;
  return [{ code: 'recalibrated', message }];
}
