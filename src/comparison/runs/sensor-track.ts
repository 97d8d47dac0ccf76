import { basename } from 'node:path';
import { inputError } from '../../errors.js';
import { besideWhich } from '../sides/recording-facts.js';

/**
 * A sensor's track lies beside the summary of its recording, whose runs are what the board measured, and none of the sensor's.
 * @throws UserError (badInput) where a file is one
 */
export function refuseSensorTrack(path: string): void {
  const placed = besideWhich(path);
  if (placed)
    throw inputError(
      `${path} is a sensor's track, which holds no runs: give the recording that it was made beside, or ${placed.path}; a sensor is held against its board by the two files alone, without --max-regression: powerlog compare run.csv ${basename(path)}`,
    );
}
