import { readFileSync } from 'node:fs';
import type { RailPoint } from '../../calibrate/calibrate-rail.js';
import { parsePoints } from '../../calibrate/points-table.js';
import { errorText, inputError, systemErrorCode } from '../../errors.js';
import { ownMap } from '../../measure/rail-map.js';
import { RailWatch } from '../../session/calibration/rail-watch.js';
import { startRecording } from '../../session/record.js';
import type { Source } from '../../source/source.js';
import { notice } from '../terminal/notices.js';

/** Points whose rows say what the board read. @throws UserError (badInput) */
export const pointsWithMeans = (path: string): RailPoint[] =>
  parsePoints(path, textOf(path), false).map((row) => {
    if (!('board' in row)) throw new Error('a row of a recording');
    return { board: row.board, reference: row.meter };
  });

/** Points whose rows say when in a recording they were. @throws UserError (badInput) where it has no samples then */
export async function pointsInRecording(
  path: string,
  source: Source,
  rail: number,
  recordingPath: string,
): Promise<RailPoint[]> {
  const rows = parsePoints(path, textOf(path), true);
  const watch = new RailWatch(source.board, rail);
  const asked = rows.map((row) => {
    if (!('fromUs' in row)) throw new Error('a row of means');
    return watch.between(row.fromUs, row.toUs);
  });
  const recording = await startRecording({
    sources: [source],
    map: ownMap,
    calibrations: 'none',
    outputs: { columns: 'power', durable: false },
    sinks: () => [watch],
  });
  await recording.ended;
  for (const { message } of recording.warnings) notice(`warning: ${message}`);
  const means = await Promise.all(asked);
  return rows.map(({ meter }, n) => {
    const mean = means[n];
    if (!mean) throw inputError(`${path}: point ${n + 1}: ${recordingPath} has no samples then`);
    if (!mean.isSteady) notice(`point ${n + 1}: the rail was not steady then`);
    return { board: mean.board, reference: meter };
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw inputError(
      `${path}: the points cannot be read: ${missing ? 'no such file' : errorText(error)}`,
      error,
    );
  }
}
